"""German verbs, as data: commands to du and Sie, infinitives; forms that can't command are mentions.

SEPARABLE: a bare verb, then the particle that ends its clause, then what both say together ("lege … an").
"""

from __future__ import annotations

VERBS = {
    "deposit": "anlegen; anzulegen; einzahlen; einzuzahlen; einlegen; einzulegen; investiere; investier;"
    " investieren;"
    " investieren sie; zu investieren; deponiere; deponieren; deponieren sie; parke; park; parken; parken sie;"
    " verleihe; verleih; verleihen; verleihen sie; anlegst; einzahlst; investierst; hineinstecken; reinstecken;"
    " arbeiten lassen; arbeiten zu lassen; bereitstellen; mache eine einzahlung von; mach eine einzahlung von;"
    " zinsen verdienen; hinterlege; hinterlegen; einbringen; reintun; reinlegen",
    "put": "lege; leg; legen; legen sie; legst; stecke; steck; stecken; stecken sie; setze; setz; setzen; tu;"
    " tue; tun;"
    " tun sie; packe; pack; packen; packen sie; stelle; stell; stellen; lass; lasse; lassen; lassen sie",
    "move": "bewege; bewegen; bewegen sie; verschiebe; verschieb; verschieben; verschieben sie; bring; bringe;"
    " bringen;"
    " bringen sie; verlagere; verlagern",
    "take": "nimm; nehme; nehmen; nehmen sie; hole; hol; holen; holen sie; ziehe; zieh; ziehen; ziehen sie; hebe;"
    " heb;"
    " heben; heben sie; entferne; entfernen",
    "withdraw": "abheben; abzuheben; abhebst; auszahlen; auszuzahlen; auszahlst; abziehen; abzuziehen; abziehst;"
    " herausholen; herauszuholen; rausholen; rauszuholen; herausnehmen; herauszunehmen; rausnehmen; rauszunehmen;"
    " zurückholen; zurückzuholen; zurückziehen; zurückzuziehen; herausziehen; rausziehen; entnimm; entnehme;"
    " entnehmen;"
    " entnehmen sie; zu entnehmen; rausholst; mache eine auszahlung von; mach eine auszahlung von; einlösen",
    "wrap": "wrappe; wrapp; wrappen; verpacke; verpacken",
    "unwrap": "unwrappe; unwrapp; unwrappen; entpacke; entpacken",
    "swap": "tausche; tausch; tauschen; tauschen sie; tauschst; zu tauschen; umtauschen; umzutauschen; eintauschen;"
    " einzutauschen; wechsle; wechsel; wechsele; wechseln; wechseln sie; umwechseln; einwechseln; konvertiere;"
    " konvertieren; konvertieren sie; zu konvertieren; umwandeln; umzuwandeln; wandle; wandele; wandeln; swappe;"
    " swappen; umtauschst; eintauschst",
    "buy": "kaufe; kauf; kaufen; kaufen sie; kaufst; zu kaufen; erwirb; erwerbe; erwerben; erwerben sie; besorge;"
    " besorg; besorgen",
    "sell": "verkaufe; verkauf; verkaufen; verkaufen sie; verkaufst; zu verkaufen; veräußere; veräußern",
    "transfer": "sende; send; senden; senden sie; sendest; zu senden; schicke; schick; schicken; schicken sie;"
    " schickst;"
    " zu schicken; überweise; überweis; überweisen; überweisen sie; überweist du; zu überweisen; transferiere;"
    " transferieren; transferieren sie; zahle; zahl; zahlen; zahlen sie; zahlst; bezahle; bezahl; bezahlen;"
    " bezahlen sie; gib; gebe; geben; geben sie; übertrage; übertragen; übertragen sie; versende; versenden",
    "add": "füge; füg; fügen; fügen sie; hinzufügen; hinzuzufügen",
    "contact": "neuer kontakt; neuen kontakt; speichere; speicher; speichern; speichern sie; abspeichern; merk dir;"
    " merke dir; merken sie sich; kontakt hinzufügen; füge kontakt; füge den kontakt; füge einen kontakt;"
    " füge neuen kontakt; füge einen neuen kontakt; lege kontakt; lege den kontakt; lege einen kontakt;"
    " lege einen neuen kontakt; speichere den kontakt; speichere kontakt; speichere einen kontakt;"
    " neuer kontakt namens",
    "exit": "verlasse; verlass; verlassen; verlassen sie; aussteigen; auszusteigen;"
    " hol mich raus; hole mich raus;"
    " hol mich da raus; hole mich da raus; hol mich hier raus; hol mich aus; hole mich aus; holen sie mich raus;"
    " hol uns raus; raus aus; raus aus allem; raus hier; ich will raus; ich will raus aus; ich will hier raus;"
    " ich möchte raus;"
    " ich möchte raus aus; lass mich raus; notausstieg; ausstieg; ich will aussteigen; ich will aus;"
    " bring mich raus",
    "close": "schließe; schliess; schließ; schließen; schließen sie; liquidiere; liquidieren; liquidieren sie;"
    " auflösen;"
    " aufzulösen; löse; lös; lösen; lösen sie; beende; beenden",
    "pause": "pausiere; pausier; pausieren; pausieren sie; mach pause; mache pause; mach eine pause;"
    " machen sie pause;"
    " pause; stoppe alles; stopp alles; stoppen sie alles; halte alles an; halt alles an; halten sie alles an;"
    " alles anhalten; alles stoppen; anhalten; pausiere alles",
    "resume": "mach weiter; mache weiter; machen sie weiter; weitermachen; weiterzumachen; fortsetzen; setze fort;"
    " setz fort; fortfahren; fahre fort; fahr fort; fahren sie fort; fang wieder an; leg wieder los; weiter geht's;"
    " nimm die arbeit wieder auf; setze alles fort; mit allem weitermachen; reaktiviere; reaktivieren",
    "cancel": "abbrechen; brich ab; breche ab; brechen sie ab; brich das ab; brich es ab; storniere; stornier;"
    " stornieren; stornieren sie; vergiss es; vergiss das; lass es; lass das; lass es sein; lass es bleiben;"
    " lass gut"
    " sein; lassen sie es; annulliere; annullieren; doch nicht; mach es nicht; mach das nicht; mach's"
    " nicht; tu es nicht; tu das nicht; verwirf; verwirf das; verwerfen; abbruch; egal; brich den plan ab;"
    " vergessen sie es; storniere das; storniere den plan",
    "rebalance": "rebalanciere; rebalancieren; rebalancieren sie; umschichten; umzuschichten; ausbalancieren;"
    " neu verteilen; ausgleichen; umverteilen",
    "mandate": "fang an umzuschichten; fange an umzuschichten; neues mandat; gib dir ein mandat; ich gebe dir ein"
    " mandat; erstelle ein mandat; richte ein mandat ein; setze ein mandat; ein neues mandat;"
    " ich erteile dir ein mandat",
    "end mandate": "hör auf umzuschichten; höre auf umzuschichten; hör mit dem umschichten auf; beende mein mandat;"
    " beende das mandat; beenden sie mein mandat; beenden sie das mandat; mandat beenden; mein mandat beenden;"
    " das mandat beenden; widerrufe mein mandat; widerrufe das mandat; mandat widerrufen; mein mandat widerrufen;"
    " lösche mein mandat; lösche das mandat; entferne mein mandat; stoppe das mandat; stoppe mein mandat;"
    " stopp mein"
    " mandat; stopp das mandat; stoppe das umschichten; stopp das umschichten; stoppe den autopiloten; stopp den"
    " autopiloten; kündige mein mandat; kündige das mandat; nimm mein mandat zurück; hör auf zu rebalancieren;"
    " nicht mehr umschichten; kein umschichten mehr; annulliere mein mandat; brich mein mandat ab",
    "advance": "vorspulen; vorzuspulen; spule; spul; spulen; spulen sie; überspringe; überspring; überspringen;"
    " überspringen sie; vorrücken; vorstellen; vergehen lassen",
}

_OUT = {"raus": "withdraw", "heraus": "withdraw", "zurück": "withdraw"}
_PUT = {"an": "deposit", "ein": "deposit", "rein": "deposit", "hinein": "deposit", "arbeiten": "deposit"}
_LEG = {"an": "deposit", "ein": "deposit", "rein": "deposit", "hinein": "deposit"}
_TAUSCH = {"um": "swap", "ein": "swap"}
_ZAHL = {"ein": "deposit", "aus": "withdraw", "zurück": "repay"}
_ZIEH = {**_OUT, "ab": "withdraw"}
_SCHICHT = {"um": "rebalance"}

_STEMS: dict[str, dict[str, str]] = {
    "lege; leg; legen; legen sie; legst": _LEG,
    "stecke; steck; stecken; stecken sie; tu; tue; tun sie; tun; packe; pack; packen sie; packen": _LEG,
    "setze; setz; setzen; setzen sie": {"ein": "deposit"},
    "lass; lasse; lassen sie; lassen": {"arbeiten": "deposit", "vergehen": "advance", "verstreichen": "advance"},
    "zahle; zahl; zahlen; zahlen sie; zahlst": _ZAHL,
    "bezahle; bezahl; bezahlen sie": {"zurück": "repay"},
    "hebe; heb; heben; heben sie": {"ab": "withdraw"},
    "ziehe; zieh; ziehen; ziehen sie": _ZIEH,
    "hole; hol; holen; holen sie; nimm; nehme; nehmen; nehmen sie; bring; bringe; bringen sie": _OUT,
    "gib; gebe; geben sie": {"aus": "", "zurück": "repay"},
    "tausche; tausch; tauschen; tauschen sie; tauschst; wechsle; wechsel; wechsele; wechseln; wechseln sie;"
    " wandle; wandele; wandeln": _TAUSCH,
    "füge; füg; fügen; fügen sie": {"hinzu": "add"},
    "löse; lös; lösen; lösen sie": {"auf": "close", "ein": "withdraw"},
    "sende; send; senden sie; schicke; schick; schicken sie": {"ab": "transfer", "los": "transfer", "zurück": ""},
    "spule; spul; spulen; spulen sie": {"vor": "advance"},
    "schichte; schicht; schichten; schichten sie": _SCHICHT,
    "gleiche; gleich; gleichen sie": {"aus": "rebalance"},
    "steige; steig; steigen sie": {"aus": "exit"},
    "speichere; speicher; speichern sie": {"ab": "contact"},
    "stelle; stell; stellen sie": {"bereit": "deposit", "vor": "advance"},
    "verschiebe; verschieb; verschieben sie": {},
}
SEPARABLE = {verb.strip(): particles for verbs, particles in _STEMS.items() for verb in verbs.split(";")}
"""'' is a verb that can't be read: what it says isn't offered."""

MENTIONS = {
    "deposit": "angelegt; eingezahlt; eingelegt; investiert; legte; zahlte ein; verliehen; geparkt; investierte;"
    " einzahlung; einzahlungen; anlage; investition; angelegtes; legt; zahlt; steckt; investieren würde",
    "withdraw": "abgehoben; ausgezahlt; abgezogen; herausgeholt; rausgeholt; herausgenommen; zurückgeholt; hob;"
    " auszahlung; auszahlungen; abhebung; abhebungen; entnommen; zog; holte; rausgenommen; hebt",
    "transfer": "gesendet; geschickt; überwiesen; gezahlt; bezahlt; sendete; schickte; überwies; überweisung;"
    " überweisungen; zahlung; zahlungen; gegeben; gab; sendet; schickt; überweist; transferiert",
    "swap": "getauscht; umgetauscht; eingetauscht; gewechselt; gekauft; verkauft; kaufte; verkaufte; tauschte;"
    " konvertiert; umgewandelt; käufe; verkäufe; tauscht; kauft",
    "contact": "hinzugefügt; gespeichert",
    "exit": "ausgestiegen; verließ; geschlossen; aufgelöst; liquidiert",
    "pause": "pausiert; angehalten",
    "resume": "fortgesetzt; weitergemacht",
    "rebalance": "umgeschichtet; rebalanciert; verschoben; umschichtung; umschichtungen; bewegt; umverteilt;"
    " schichte; schicht; schichten; schichten sie; gleiche; gleichen sie",
    "advance": "vorgespult; übersprungen",
    "steigen": "steige; steig; steigen sie",
}

UNSUPPORTED = {
    "bridge": "bridge; bridgen; überbrücke; überbrücken",
    "borrow": "leihe mir; leih mir; leihe; leih; ausleihen; borge; borgen; nimm einen kredit auf; kredit aufnehmen;"
    " nimm ein darlehen auf; leihen sie mir",
    "repay": "zurückzahlen; zurückzuzahlen; tilge; tilgen; tilgen sie; zurückbezahlen; abbezahlen; abzahlen",
    "stake": "stake; staken; staking",
    "claim": "beanspruche; beanspruchen; einfordern; einsammeln; sammle; sammel; sammeln; claime; claimen; abholen;"
    " löse meine belohnungen ein; hole meine belohnungen; hol meine belohnungen",
    "revoke": "widerrufe; widerruf; widerrufen; widerrufen sie; entziehe; entziehen",
    "approve": "genehmige; genehmigen; erlaube; bewillige",
    "mint": "präge; prägen",
    "burn": "verbrenne; verbrennen; vernichte; vernichten",
    "provide liquidity": "liquidität bereitstellen; stelle liquidität bereit; füge liquidität hinzu;"
    " liquidität hinzufügen; entferne liquidität",
    "alert": "alarmiere; alarmiere mich; benachrichtige; benachrichtige mich; benachrichtigen sie mich;"
    " erinnere; erinnere mich; erinner mich; sag mir bescheid; sag bescheid; gib mir bescheid; gib bescheid;"
    " warne mich;"
    " warne; melde dich; melde",
    "set a schedule": "plane; planen; jeden tag; jede woche; jeden monat; täglich; wöchentlich; monatlich; morgen;"
    " übermorgen; nächste woche; nächsten monat; regelmäßig jeden",
    "undo": "mach rückgängig; mache rückgängig; mach das rückgängig; mach es rückgängig; rückgängig;"
    " rückgängig machen",
}
