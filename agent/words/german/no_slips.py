"""German words, as data, that are a letter or two away from a verb that is known, and no slip of it."""

from __future__ import annotations

_WORDS = (
    "allein anbei ausgeben backe backen bahne baue bauen beginne bekomme belege belegen bereite berge besorgt"
    " bewerbe bewerben biege binde bitten bleibe bleiben braten brauche brauchen breche brenne bringst bringt"
    " buche buchen decke decken denke denken dicke dinge drehe drehen dringe drücke ecke ehe ende enden erhebe"
    " erlasse erlege erreiche ersetze ersticke fahre fahren falle fallen fange fehle fehlen feiere feile fette"
    " finde finden flüge folge folgen frage fragen fuge führe führen gebe gehe gehen gelte gelten genieße"
    " genießen gewinne gieße haben hacke handle hange hasse haufe hause hefe hege heile heize helfe helfen"
    " hetze hoffe hoffen hohle hose hänge hülle jage jucke kaue kehre kenne kennen kette klage klebe klinge"
    " knete koche kochen komme kommen kosten küsse lache lachen lade laden lage landen lasten laufe laufen"
    " lausche lebe leben lecke lege leiche leide leihe leite lenke lerne lernen lese lesen liebe lieben liege"
    " liegen lobe lohne lüge lügen mache machen mahle mahlen male malen marke meide meine meinen melde melden"
    " merke merken miete mieten mische nagel nehmt nenne nennen netze nicke niese packung passe passen passiere"
    " passieren pflege pflegen plage plane planen prüfe rate raten raube raufe rausche rechne rede reden rege"
    " reihe reise reisen reite reiße rette ringe rolle rufe rufen ruhe rüge sage sagen sammle satze schaffe"
    " schau schaue scheine schenke schenken schiebe schieße schlafe schlage schließt schmecke schminke schneide"
    " schreibe schreiben schule schäme schätze segne sehe sehen senke senken setzt sichere siehe singe sinke"
    " sitze sitzen sorge sorgen spare sparen spende spenden spiele spielen spreche springe spüle spülen starke"
    " starte stehe stehen stehle steige stellt sterbe stimme stocke stoße strecke strecken streiche streite"
    " stricke studiere störe stücke stütze suche suchen säge tage tanke tanken tanze tasche taufe tausend teile"
    " teilen trage tragen traue treffe treibe trenne trete trinke träume tusche täusche täuschen töte verberge"
    " verdiene verfasse vergebe vergesse vergleiche verkehre verlange verlaufe verlege verlerne verliere"
    " vermiete vermieten verpasse verrate verreise verschenke verschreibe versorge verspreche verstehe versuche"
    " verteile vertraue verwalte verzeihe verzeihen wache wachse wage wahre wandere wandle warte warten wasche"
    " wechselt wecke wege weihe weine weise wende wenden werbe werfe werte wette wetten wiege winde winke wirke"
    " wische wisse wohne wohnen wolle wähle wählen wünsche wüsche zahme zahne zanke zeige zeigen zeihe ziege"
    " ziele zielen zittre zucke zwecke zweifle zwinge zähle zählen zünde öffne öffnen übe überlebe überlege"
    " überreise übertreibe"
)
WORDS = frozenset(_WORDS.split())
