"""German words by which a turn goes on with what was said or done before, as data."""

from __future__ import annotations

FOLLOWS = {
    "tail": "bitte; danke; jetzt",
    "not": "nicht; und nicht; statt; anstatt; anstelle von; aber nicht",
    "but": "sondern; aber; sondern lieber",
    "lead": "ok; okay; oh; ach; also; hm; hmm; na; bitte; ähm; äh; moment; warte",
    "correct": "nein; nee; nö; nein doch; nein warte; warte; moment; ups; entschuldigung; sorry; ich meinte;"
    " ich meine;"
    " ich wollte; doch; eigentlich; lieber; mach; mach daraus; mach es; ändere es auf; ändere das auf; korrektur;"
    " nein ich meinte; es sollten; es sollte; das sollten; sagen wir; stattdessen; besser; doch lieber;"
    " nein lieber",
    "correct end": "stattdessen; lieber; meine ich; meinte ich; eigentlich; sorry; doch lieber; draus; daraus",
    "same": "dasselbe; das gleiche; das selbe; dasselbe mit; das gleiche mit; dasselbe für; das gleiche für;"
    " mach dasselbe; mach das gleiche; mach dasselbe mit; mach das gleiche mit; mach das gleiche für;"
    " mach dasselbe für; und dasselbe; und das gleiche; und dasselbe mit; und das gleiche mit; genauso; ebenso;"
    " und dasselbe für; und das gleiche für",
    "more": "und; auch; und auch; und noch; noch; und dann; dann; außerdem; plus; dazu",
    "more end": "auch; ebenfalls; dazu; obendrauf; noch dazu",
    "about": "was ist mit; wie ist es mit; wie sieht es aus mit; wie sieht's aus mit; und was ist mit;"
    " wie steht es mit;"
    " und wie ist es mit; wie ist es bei; und bei; was ist bei",
    "again": "nochmal; noch mal; noch einmal; nochmals; wieder; das gleiche nochmal; dasselbe nochmal; wiederhole;"
    " wiederhole das; mach das nochmal; mach das noch einmal; mach es nochmal; mach es noch einmal; das gleiche;"
    " dasselbe; noch so eins; und nochmal; das gleiche noch einmal; dasselbe noch einmal; wiederholen",
    "like": "wie; wie am; so wie; so wie am; genau wie; genau wie am; genauso wie; genauso wie am; mach es wie;"
    " mach es wie am; das gleiche wie; das gleiche wie am; dasselbe wie; dasselbe wie am",
    "last time": "wann habe ich zuletzt; wann hab ich zuletzt; wann haben wir zuletzt; wann hast du zuletzt;"
    " wann habe ich das letzte mal; wann war meine letzte; wann war mein letzter; wann war das letzte mal",
    "earned": "was habe ich verdient; wie viel habe ich verdient; wieviel habe ich verdient; habe ich verdient;"
    " verdient;"
    " gewinn; mein gewinn; gewinne; erträge; meine erträge",
    "taxes": "steuer; steuern; csv; buchhaltung; steuerreport; steuerbericht;"
    " koinly; rotki; cointracking; cointracker",
    "gas paid": "gas; gasgebühren; gaskosten; gebühren",
    "moved": "verschoben; bewegt; umgeschichtet; angelegt; abgehoben; eingezahlt; ausgezahlt; getauscht;"
    " verkauft; gekauft;"
    " gesendet; geschickt; überwiesen; herausgenommen; rausgeholt",
    "drop": "doch nicht; nein doch nicht; nein nein; das nicht; nicht das; nein das nicht; nein warte; warte nein;"
    " nein lass; nein vergiss es; nein lass es; lieber nicht; nein lieber nicht",
}

DEEDS = {
    "withdraw": "was ich abgehoben habe; was ich herausgenommen habe; was ich rausgenommen habe;"
    " was ich rausgeholt habe;"
    " was ich ausgezahlt habe; was ich abgezogen habe; das geld, das ich abgehoben habe; meine letzte auszahlung;"
    " die letzte auszahlung; meine letzte abhebung; der betrag, den ich abgehoben habe",
    "deposit": "was ich eingezahlt habe; was ich angelegt habe; was ich investiert habe; meine letzte einzahlung;"
    " die letzte einzahlung; meine letzte anlage; der betrag, den ich eingezahlt habe;"
    " das geld, das ich angelegt habe",
    "transfer": "was ich gesendet habe; was ich geschickt habe; was ich überwiesen habe; meine letzte überweisung;"
    " die letzte überweisung",
    "swap": "was ich gekauft habe; was ich bekommen habe; was ich dafür bekommen habe; was der tausch brachte;"
    " das ergebnis des tauschs",
}
ALIKE = "so viel; soviel; genauso viel; genausoviel; ebenso viel; den gleichen betrag; denselben betrag; gleich viel"
REST = "den rest; der rest; den rest davon; was übrig ist; was übrig bleibt; was noch übrig ist; das übrige; rest"
TIMES = {"2": "doppelt; das doppelte; doppelt so viel; verdopple; verdoppeln; zweimal; mal zwei; verdopple es;"
              " verdopple das; zweimal so viel",
         "3": "dreifach; das dreifache; dreimal so viel; verdreifache; dreimal; verdreifache es"}  # fmt: skip
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januar jänner jan", "februar feber feb", "märz", "april apr", "mai", "juni jun",
            "juli jul", "august aug",             "september sept sep", "oktober okt", "november nov", "dezember dez",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
AGO = frozenset({"her", "zuvor"})
