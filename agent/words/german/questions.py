"""What is asked in German: topics, question words, dates, as data."""

from __future__ import annotations

TOPICS = {
    "books": "koinly; rotki; cointracking; cointracker; csv; csv file;"
    " steuer; steuern; meine steuern; meine steuer; steuerreport; steuerbericht; mein steuerreport;"
    " mein steuerbericht; steuererklärung; meine steuererklärung; realisierte gewinne;"
    " realisierter gewinn; meine realisierten gewinne; kapitalgewinne; kapitalerträge; buchhaltung;"
    " meine buchhaltung; verlust; mein verlust; verluste; meine verluste; was habe ich verloren;"
    " wie viel habe ich verloren; wieviel habe ich verloren; gas bezahlt; für gas bezahlt; an gas bezahlt;"
    " wie viel gas habe ich; wieviel gas habe ich; wie viel habe ich für gas; was habe ich für gas;"
    " wie viel habe ich an gas; was habe ich an gas; für gas ausgegeben; gasgebühren; meine gasgebühren;"
    " gaskosten; meine gaskosten; mein gas",
    "yields": "verdienen; verdient man; rendite; renditen; zins; zinsen; zinssatz; zinssätze; rate; raten; apy;"
    " apys; apr; beste rendite;"
    " besten renditen; beste zinsen; besten zinsen; höchste rendite; höchste zinsen; bester zinssatz; besten zins;"
    " bester zins; was kann ich verdienen; wie viel kann ich verdienen; wieviel kann ich verdienen; was könnte ich"
    " verdienen; wie viel würde ich verdienen; was würde ich verdienen; was bringt; was bringt es; wie viel bringt;"
    " wo bekomme ich; wo gibt es am meisten; wo soll ich anlegen; wo kann ich anlegen; wo sollte ich anlegen;"
    " wo anlegen; gelegenheiten; möglichkeiten; bester ort; märkte; optionen; zahlt am meisten; bringt am meisten;"
    " beste plattform; verzinsung; konditionen; vergleiche die zinsen; zinsen vergleichen; zinsvergleich; ertrag;"
    " erträge; was zahlt; wie viel zahlt; wieviel zahlt; optionen vergleichen; wo kann ich verdienen",
    "portfolio": "gewinn gemacht; gewinn habe ich gemacht; portfolio; depot; mein depot; kontostand; guthaben;"
    " mein guthaben; saldo; bilanz; positionen;"
    " bestand; bestände; wie stehe ich da; wie stehe ich; wie steht es; wie läuft es; wie läuft's;"
    " was habe ich; was hab ich; was besitze ich; was halte ich; wie viel habe ich; wieviel habe ich;"
    " wie viel hab ich;"
    " wie viel geld habe ich; wallet; meine wallet; mein wallet; geldbörse; mein konto; konto;"
    " was habe ich verdient;"
    " wie viel habe ich verdient; wieviel habe ich verdient; habe ich verdient; gewinn; gewinne; mein gewinn;"
    " status;"
    " wie geht es meinem geld; wie geht's meinem geld; zeig mir mein geld; wie viel habe ich eingezahlt;"
    " wie laufen meine anlagen; wie stehen meine positionen; vermögen; verdient; portemonnaie",
    "explain": "warum; wieso; weshalb; erkläre; erklär; erklären; erklären sie; grund; gründe; begründung;"
    " begründe;"
    " wie kam es; wie kommt es; aus welchem grund; wie hast du gewählt; wie hast du entschieden; erklär mir;"
    " erkläre mir;"
    " erklärung; was würde deine meinung ändern",
    "mandate": "mandat; mein mandat; das mandat; wie lautet mein mandat; was ist mein mandat; zeig mein mandat;"
    " zeige mein mandat; zeig mir mein mandat; zeige mir mein mandat",
    "dry run": "probelauf; ein probelauf; mach einen probelauf; mache einen probelauf; trockenlauf;"
    " was hättest du getan;"
    " was hättest du gemacht; was hättest du verschoben; was hätte mein mandat getan; was hätte das mandat getan",
    "policy": "richtlinie; richtlinien; meine richtlinien; meine limits; meine grenzen; meine limite;"
    " was sind meine"
    " limits; wie sind meine limits; zeig meine limits; zeig mir meine limits; zeige meine limits; zeige mir meine"
    " limits; limits; wie hoch ist mein limit; was ist mein limit; mein limit; grenzwerte; welche limits habe ich;"
    " welche limits gelten",
    "history": "gemacht; getan; passiert; verlauf; historie; transaktionen; aktivität; aktivitäten;"
    " was hast du gemacht; was hast du getan;"
    " was ist passiert; was habe ich gemacht; was habe ich getan; was wurde gemacht; meine transaktionen;"
    " protokoll;"
    " letzte transaktionen; kontoauszug; zeig die transaktionen; zeig mir die transaktionen; umsätze; bewegungen;"
    " was haben wir gemacht; chronik",
    "usage": "nutzung; modellnutzung; verbrauch; modellkosten; kosten des modells; was hat das modell gekostet;"
    " was kostet das modell; was haben die modelle gekostet; was kosten die modelle;"
    " wie viel hat das modell gekostet;"
    " wie viel kostet das modell; was kostest du; modellbudget; budget des modells; budget für modelle;"
    " wie viele tokens hast du verbraucht",
    "help": "hilfe; hilf mir; helfen; was kannst du; was kannst du tun; was kannst du machen; was machst du;"
    " wie funktioniert das; wie funktioniert es; wie funktionierst du; befehle; wie kann ich; wie mache ich;"
    " was kann ich tun; was kann ich fragen; was kann ich sagen; was bist du; was ist das; wie geht das; anleitung;"
    " wie lege ich; wie zahle ich; wie tausche ich; was können sie; was können sie tun; wie benutze ich dich",
}

QUESTIONS = {
    "what": "was; welche; welcher; welches; welchen; wer; wem; wen; wo; wie; wie viel; wieviel; wie viele; wann;"
    " wohin; woher; zeig; zeige; zeig mir; zeige mir; zeigen sie; zeigen sie mir; sag mir; sage mir; sagen sie mir;"
    " liste; auflisten; überprüfe; prüfe; schau; schau nach; anzeigen; siehe; gibt es; nenne; nenne mir;"
    " kannst du mir"
    " zeigen; kannst du mir sagen; zeigst du mir",
    "is": "ist; sind; bin; war; waren; wird; werden; hat; haben; hast; habe; hab; hatte",
}

DATES = {
    "today": "heute",
    "yesterday": "gestern",
    "before yesterday": "vorgestern",
    "this year": "dieses jahr; diesem jahr; in diesem jahr; dieses jahres",
    "last year": "letztes jahr; voriges jahr; im letzten jahr; letzten jahr; des letzten jahres; vergangenes jahr",
    "this week": "diese woche; dieser woche; in dieser woche",
    "last week": "der letzten woche; letzte woche; letzter woche; vorige woche; vergangene woche;"
    " in der letzten woche; letzten woche",
    "this month": "diesen monat; dieser monat; diesem monat; in diesem monat",
    "last month": "des letzten monats; letzten monat; letzter monat; letztem monat; vorigen monat;"
    " im letzten monat; vergangenen monat",
    "monday": "montag; am montag; letzten montag",
    "tuesday": "dienstag; am dienstag; letzten dienstag",
    "wednesday": "mittwoch; am mittwoch; letzten mittwoch",
    "thursday": "donnerstag; am donnerstag; letzten donnerstag",
    "friday": "freitag; am freitag; letzten freitag",
    "saturday": "samstag; am samstag; sonnabend; am sonnabend; letzten samstag",
    "sunday": "sonntag; am sonntag; letzten sonntag",
}
