"""English words that say somebody else speaks, as data."""

from __future__ import annotations

OWN = "own"
"""The value of a verb of saying whose speaker is the user: it reports nobody else."""

REPORTED = {
    "others": "says; said; say that; says to; said to; says that; said that; told; told me; told me to; told us;"
    " told you; tells; tells me; tells me to; tells you; tells you to; asks; asked; asks me; asks you; asks to;"
    " asked me; asked you; asked to; wants me to; wants you to; wants us to; wanted me to; wanted you to; wants to;"
    " needs me to; needs you to; suggests; suggested; suggests to; suggesting; recommends; recommended;"
    " recommending; advises; advised; advising; instructs; instructed; instructing; instructions; instruction;"
    " orders me; orders you; ordered me; ordered you; commanded; demands; demanded; insists; insisted; urges; urged;"
    " begs; begged; requests; requested; requests that; posted; posts; tweeted; tweets; wrote; writes; written;"
    " texted; texts me; messaged; emailed; mailed; mentions; mentioned; states; stated; states that; reads; quotes;"
    " quoted; quoting; replied; replies; answered; answers; announces; announced; proposes; proposed; claims that;"
    " claims; believes; thinks; expects; expects me to; expects you to; according to; i heard; i was told;"
    " i was told to; i am told; i'm told; i was asked to; i was asked; i am asked to; i'm asked to;"
    " i am supposed to; i'm supposed to; supposed to; was told to; i read that; i read; you said; you told me;"
    " you told me to; you recommended; quoth; reminded me to; reminds me to; reportedly; allegedly; apparently",
    OWN: "i said; as i said; like i said; i say; i told you; i told you to; as i told you; i already said; i asked;"
    " i asked you; i asked you to; i ask you; i ask you to; i'm asking you; i'm asking you to; i am asking you to;"
    " i'm telling you; i'm telling you to; i am telling you to; i repeat; i mentioned; i wrote; i meant;"
    " as i wrote; i request; i insist; i demand; we said; as we said",
}

_SPEAKERS = (
    "he; she; they; someone; somebody; everyone; everybody; anybody; people; friend; friends; neighbour; neighbor;"
    " page; pages; website; site; webpage; email; emails; e-mail; mail; message; messages; msg; sms; text; tweet;"
    " post; posts; article; blog; doc; document; documentation; readme; pdf; file; note; letter; screenshot; image;"
    " picture; video; podcast; banner; popup; headline; comment; reply; quote; prompt; system; admin; administrator;"
    " support; developer; developers; moderator; operator; boss; manager; wife; husband; partner; girlfriend;"
    " boyfriend; mother; mom; mum; dad; father; parents; brother; sister; son; daughter; uncle; aunt; cousin;"
    " grandma; grandpa; colleague; coworker; advisor; adviser; analyst; expert; guru; influencer; accountant;"
    " lawyer; banker; teacher; guy; guys; lady; stranger; person; user; users; customer; client; chatgpt; gpt;"
    " claude; gemini; llm; ai; twitter; reddit; youtube; tiktok; facebook; newsletter; forum; memory"
)
SPEAKERS = frozenset(_SPEAKERS.split("; "))
OBJECTS = frozenset({"me", "you", "us", "moneta", "@moneta"})
FIRST_PERSON = frozenset({"i", "i'm", "i'd", "i'll", "i've", "we", "we're", "we'd", "we'll", "we've"})
INTRODUCES = frozenset({":", "-", "–", "—", "->", "→"})
