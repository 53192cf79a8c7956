"""German words that say somebody else speaks, as data."""

from __future__ import annotations

from agent.words.english.speech import INTRODUCES, OWN

REPORTED = {
    "others": "sagt; sagen; sagte; sagten; sagt dass; sagt, dass; sagte, dass; sagte mir; sagt mir; sagte zu mir;"
    " hat gesagt; haben gesagt; gesagt; meint; meinte; meint dass; meinte, dass; hat gemeint; will dass;"
    " will, dass;"
    " wollte, dass; möchte, dass; wollen, dass; bittet; bat; bittet mich; bat mich; hat mich gebeten; gebeten;"
    " bittet"
    " dich; bittet um; verlangt; verlangte; fordert; forderte; fordert mich auf; forderte mich auf; schlägt vor;"
    " schlug vor; vorgeschlagen; empfiehlt; empfahl; empfohlen; empfehlen; rät; riet; rät mir; geraten; befiehlt;"
    " befahl;"
    " weist an; angewiesen; anweisung; anweisungen; besteht darauf; drängt; drängte; fleht; flehte; schreibt;"
    " schrieb;"
    " geschrieben; postet; postete; gepostet; twittert; twitterte; getwittert; erwähnt; erwähnte; behauptet;"
    " behauptete; laut; gemäß; ich habe gehört; ich hörte; ich habe gelesen; ich las; mir wurde gesagt; man sagt;"
    " man hat mir gesagt; ich soll; wir sollen; soll ich angeblich; angeblich; anscheinend; offenbar; du sagtest;"
    " du hast gesagt; du hast mir gesagt; du hast empfohlen; antwortet; antwortete; verkündet; kündigt an;"
    " steht; dort steht; da steht; heißt es; es heißt; glaubt; denkt; findet; zitiert; zitat; liest",
    OWN: "ich sagte; ich sage; ich habe gesagt; wie gesagt; wie ich sagte; ich sage dir; ich sagte dir;"
    " ich bitte dich;"
    " ich bitte sie; ich bitte; ich habe dich gebeten; ich wiederhole; ich meinte; ich meine; ich schrieb;"
    " wie ich schrieb; ich verlange; ich bestehe darauf; wir sagten; ich befehle dir; ich fordere dich auf;"
    " ich weise dich an",
}

_SPEAKERS = (
    "er; jemand; irgendjemand; leute; man; freund; freundin; freunde; nachbar; nachbarin; seite; webseite; website;"
    " email; e-mail; mail; nachricht; nachrichten; sms; text; tweet; post; beitrag; artikel; blog; dokument;"
    " dokumentation; pdf; datei; notiz; zettel; brief; screenshot; bild; foto; video; podcast; schlagzeile;"
    " kommentar;"
    " antwort; zitat; prompt; system; admin; administrator; administratorin; support; kundendienst; entwickler;"
    " moderator; betreiber; chef; chefin; vorgesetzter; frau; ehefrau; mann; ehemann; partner; partnerin; mutter;"
    " mama;"
    " vater; papa; eltern; bruder; schwester; sohn; tochter; onkel; tante; cousin; cousine; oma; opa; kollege;"
    " kollegin;"
    " berater; beraterin; analyst; experte; expertin; guru; influencer; steuerberater; anwalt; anwältin; banker;"
    " lehrer;"
    " lehrerin; typ; fremder; person; nutzer; benutzer; kunde; kundin; chatgpt; gpt; claude; gemini; llm; ki;"
    " twitter;"
    " reddit; youtube; tiktok; facebook; newsletter; forum; kumpel"
)
SPEAKERS = frozenset(_SPEAKERS.split("; "))
OBJECTS = frozenset({"mich", "dich", "mir", "dir", "uns", "moneta", "@moneta"})
FIRST_PERSON = frozenset({"ich", "wir"})

__all__ = ["FIRST_PERSON", "INTRODUCES", "OBJECTS", "OWN", "REPORTED", "SPEAKERS"]
