"""Spanish words that say somebody else speaks, as data."""

from __future__ import annotations

from agent.words.english.speech import INTRODUCES, OWN

REPORTED = {
    "others": "dice; dicen; dijo; dijeron; dice que; dicen que; dijo que; me dijo; me dijo que; me dice;"
    " me dice que;"
    " me dijeron; me dijeron que; nos dijo; te dijo; te dice; pide; pide que; pidió; pidió que; me pide;"
    " me pide que;"
    " me pidió; me pidió que; te pide; te pide que; te pidió; quiere que; quieren que; quiere; quería que;"
    " necesita que;"
    " sugiere; sugiere que; sugirió; recomienda; recomienda que; recomendó; me recomendó; aconseja; aconsejó;"
    " ordena;"
    " ordenó; ordena que; exige; exigió; insiste; insistió; insiste en; ruega; rogó; solicita; solicitó;"
    " publicó; publica; escribió; escribe; escriben; tuiteó; menciona; mencionó; afirma; afirmó; propone; propuso;"
    " según; he oído; he oído que; oí que; me han dicho; me han dicho que; me han pedido; me han pedido que;"
    " leí que;"
    " he leído; he leído que; se supone; se supone que; se supone que debo; al parecer; supuestamente;"
    " por lo visto;"
    " dijiste; me dijiste; me dijiste que; recomendaste; anuncia; anunció; cree que; piensa que; contestó;"
    " respondió;"
    " instrucciones; instrucción; cita; citó; manda que; me manda; pone que; indica; indicó",
    OWN: "digo; digo que; he dicho; he dicho que; como dije; ya dije; te digo; te digo que; te dije; te dije que;"
    " te pido; te pido que; te he pedido; te he pedido que; te lo pido; le pido; le pido que; repito; insisto;"
    " yo digo; yo dije; exijo; exijo que; solicito; te ordeno; te ordeno que; ruego; te ruego; te ruego que;"
    " le ruego"
    " que",
}

_SPEAKERS = (
    "él; ella; ellos; ellas; alguien; todos; nadie; gente; amigo; amiga; amigos; vecino; vecina; página; páginas;"
    " web;"
    " sitio; correo; correos; email; mensaje; mensajes; sms; texto; tuit; post; publicación; artículo; blog;"
    " documento;"
    " documentación; pdf; archivo; fichero; nota; carta; captura; imagen; foto; vídeo; video; podcast; titular;"
    " comentario; respuesta; sistema; admin; administrador; administradora; soporte; desarrollador; moderador;"
    " operador;"
    " jefe; jefa; gerente; esposa; esposo; marido; mujer; novio; novia; pareja; madre; mamá; padre; papá; padres;"
    " hermano; hermana; hijo; hija; tío; tía; primo; prima; abuelo; abuela; colega; compañero; compañera; asesor;"
    " asesora; analista; experto; experta; gurú; influencer; contable; contador; abogado; abogada; banquero;"
    " profesor;"
    " profesora; tipo; señor; señora; desconocido; persona; usuario; usuarios; cliente; chatgpt; gpt; claude;"
    " gemini;"
    " llm; ia; twitter; reddit; youtube; tiktok; facebook; boletín; foro; memoria; prompt"
)
SPEAKERS = frozenset(_SPEAKERS.split("; "))
OBJECTS = frozenset({"me", "te", "nos", "moneta", "@moneta"})
FIRST_PERSON = frozenset({"yo", "nosotros", "quiero", "quisiera", "necesito", "queremos"})

__all__ = ["FIRST_PERSON", "INTRODUCES", "OBJECTS", "OWN", "REPORTED", "SPEAKERS"]
