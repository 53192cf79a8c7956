// Reads pools and questions as JSON, answers each with the best trade that @uniswap/v3-sdk finds, and its milliseconds.
"use strict";
const { Pool, TickListDataProvider, Trade } = require("@uniswap/v3-sdk");
const { CurrencyAmount, Token } = require("@uniswap/sdk-core");
const { readFileSync } = require("node:fs");

const { pools, questions } = JSON.parse(readFileSync(0, "utf8"));
const token = ({ address, decimals }) => new Token(31337, address, decimals);
const known = pools.map((each) => {
  const ticks = each.ticks.map(([index, net]) => ({ index, liquidityNet: net, liquidityGross: net.replace("-", "") }));
  const provider = new TickListDataProvider(ticks, each.spacing);
  return new Pool(token(each.token0), token(each.token1), each.fee, each.sqrtPrice, each.liquidity, each.tick, provider);
});

async function answer({ pools, start, end, units, exactOut }) {
  const some = pools.map((place) => known[place]);
  const options = { maxHops: 3, maxNumResults: 1 };
  const began = performance.now();
  const found = exactOut
    ? await Trade.bestTradeExactOut(some, token(start), CurrencyAmount.fromRawAmount(token(end), units), options)
    : await Trade.bestTradeExactIn(some, CurrencyAmount.fromRawAmount(token(start), units), token(end), options);
  const ms = performance.now() - began;
  const open = found[0] && (exactOut ? found[0].inputAmount : found[0].outputAmount).quotient.toString();
  return { open: open ?? null, ms };
}

(async () => {
  for (const question of questions) process.stdout.write(JSON.stringify(await answer(question)) + "\n");
})();
