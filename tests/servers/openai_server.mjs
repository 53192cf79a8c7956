// An OpenAI-compatible server out of npm's @copilotkit/aimock, whose folder is the first argument.
// Standard input: one line of JSON, a list of {when, ...fixture}: `when` is found in the last user message, `step`
// (from 0) picks the how-manieth such request. Standard output: the base URL, then a line for each request. The end
// of the input ends the server.
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const { LLMock } = await import(pathToFileURL(process.argv[2] + "/dist/index.js").href);
const lines = createInterface({ input: process.stdin });
const { value } = await lines[Symbol.asyncIterator]().next();
const server = new LLMock({ port: 0, host: "127.0.0.1", strict: true });
const fixtures = JSON.parse(value);
const counts = new Map();

const last = (request) => String(request.messages.filter((m) => m.role === "user").at(-1)?.content ?? "");
// the first one never answers: it counts what comes in and reports it
const seen = (request) => {
  const when = fixtures.find((fixture) => last(request).includes(fixture.when))?.when;
  counts.set(when, (counts.get(when) ?? 0) + 1);
  const { messages, tools, stream } = request;
  process.stdout.write(JSON.stringify({ messages, tools: tools ?? [], stream: stream ?? false }) + "\n");
  return false;
};
server.addFixture({ match: { predicate: seen }, response: { content: "" } });
for (const { when, step, ...fixture } of fixtures) {
  const fits = (request) => last(request).includes(when) && (step === undefined || counts.get(when) === step + 1);
  server.addFixture({ match: { predicate: fits }, ...fixture });
}
await server.start();
process.stdout.write(JSON.stringify({ url: server.url }) + "\n");
process.stdin.on("close", () => process.exit(0));
