"""Spanish verbs, as data: commands in tú, vos, usted and the infinitive; forms that can't command are mentions."""

from __future__ import annotations

VERBS = {
    "deposit": "deposita; deposite; depositar; deposites; depositen; depositemos; invierte; invierta; invertir;"
    " inviertas; inviertan; invertí; ingresa; ingrese; ingresar; ingreses; coloca; coloque; colocar; coloques;"
    " presta;"
    " preste; prestar; prestes; aporta; aporte; aportar; aportes; haz un depósito de; haz un depósito;"
    " haga un depósito"
    " de; hacer un depósito de; hacer un depósito; suministra; suministrar; aparca; aparcar; ganar intereses",
    "put": "pon; ponga; poner; pongas; poné; mete; meta; meter; metas; metan; haz que; hacer que; haga que; echa;"
    " echar",
    "move": "mueve; mueva; mover; muevas; mové; pasa; pase; pasar; pases; traslada; traslade; trasladar",
    "take": "toma; tome; tomar; quita; quite; quitar; quites; coge; trae; traiga; traer; traigas; devuélveme; tráeme",
    "withdraw": "retira; retire; retirar; retires; retirá; saca; saque; sacar; saques; sacá; extrae; extraiga;"
    " extraer;"
    " rescata; rescate; rescatar; rescates; recupera; recupere; recuperar; recuperes; haz un retiro de;"
    " haz un retiro;"
    " hacer un retiro de; haz una retirada de",
    "wrap": "envuelve; envuelva; envolver; envolvé",
    "unwrap": "desenvuelve; desenvuelva; desenvolver; desenvolvé",
    "swap": "cambia; cambie; cambiar; cambies; cambiá; convierte; convierta; convertir; conviertas; convertí;"
    " intercambia; intercambie; intercambiar; intercambies; canjea; canjee; canjear; canjees; permuta; permutar;"
    " swapea; swapear",
    "buy": "compra; compre; comprar; compres; comprá; adquiere; adquiera; adquirir",
    "sell": "vende; venda; vender; vendas; vendé",
    "transfer": "envía; envíe; enviar; envíes; manda; mande; mandar; mandes; mandá; transfiere; transfiera;"
    " transferir;"
    " transfieras; paga; pague; pagar; pagues; pagá; da; dé; dar; gira; gire; girar",
    "add": "añade; añada; añadir; añadas; agrega; agregue; agregar; agregues; agregá",
    "contact": "guarda; guarde; guardar; guardes; añade el contacto; añade contacto; añadir contacto; añade a;"
    " agrega el contacto; agrega contacto; agregar contacto; agrega a; nuevo contacto; guarda el contacto;"
    " guarda a;"
    " guarda contacto; guardar contacto; crea el contacto; crea un contacto; crear contacto; añade un contacto;"
    " agrega un contacto; añade un nuevo contacto",
    "exit": "sácame; sácame de; sácame de todo; sácanos; quiero salir; quiero salir de; salir; sal; salte; salga;"
    " salir de; sal de; salte de; salga de; salir de todo; sal de todo; quiero salir de todo; salida de emergencia;"
    " abandona; abandonar; sacarme de",
    "close": "cierra; cierre; cerrar; cierres; liquida; liquide; liquidar; liquides; deshaz; deshacer",
    "pause": "pausa; pausar; páusate; pauses; ponte en pausa; para todo; detén todo; detente; deténgase;"
    " pausa todo;"
    " haz una pausa; pausarlo todo; detenlo todo; páralo todo; páusalo todo; detener todo; parar todo",
    "resume": "reanuda; reanude; reanudar; reanudes; continúa; continúe; continuar; sigue; siga; prosigue;"
    " reanuda todo; vuelve a empezar; reactívate; reactiva; reactivar",
    "cancel": "cancela; cancele; cancelar; canceles; cancelá; anula; anule; anular; anules; aborta; abortar;"
    " olvídalo;"
    " olvidalo; déjalo; dejalo; déjalo estar; da igual; no importa; no lo hagas; no hagas nada; mejor no; ya no;"
    " cancélalo; anúlalo; cancela eso; cancela esto; cancela el plan; descarta; descártalo; no quiero; no lo haga;"
    " no haga nada; déjelo; olvídelo",
    "rebalance": "rebalancea; rebalancee; rebalancear; rebalancees; reequilibra; reequilibre; reequilibrar;"
    " reequilibres; rebalancéalo; reequilíbralo",
    "mandate": "empieza a rebalancear; sigue rebalanceando; comienza a rebalancear; nuevo mandato;"
    " te doy un mandato;"
    " crea un mandato; establece un mandato; configura un mandato; te doy el mandato; dar un mandato",
    "end mandate": "deja de rebalancear; para de rebalancear; no rebalancees más; revoca mi mandato;"
    " revoca el mandato; revocar mi mandato; revocar el mandato; termina mi mandato; termina el mandato;"
    " acaba el mandato;"
    " cancela mi mandato; cancela el mandato; cancelar mi mandato; cancelar el mandato; anula mi mandato; anula el"
    " mandato; detén mi mandato; detén el mandato; quita mi mandato; elimina mi mandato; elimina el mandato;"
    " borra mi"
    " mandato; borra el mandato; para el piloto automático; detén el piloto automático; deja de reequilibrar;"
    " finaliza mi mandato; finaliza el mandato",
    "advance": "avanza; avance; avanzar; avances; adelanta; adelantar; salta; saltar; adelanta el tiempo;"
    " avanza el tiempo; avanza el reloj; deja pasar; deja que pasen; haz pasar; deja que pase; adelanta el reloj",
}

MENTIONS = {
    "deposit": "deposité; depositó; depositado; depositada; depositados; depositando; deposito; depositaste;"
    " invertí yo; invertido; invertida; invertidos; invirtiendo; invirtió; invertiste; invierto; ingresado;"
    " ingresando;"
    " ingresé; prestado; prestando; presté; metido; metiendo; metí; metiste; puesto; poniendo; puse; pusiste;"
    " pongo;"
    " coloqué; colocado",
    "withdraw": "retiré; retiró; retirado; retirada; retirados; retirando; retiraste; retiro; retiros; saqué; sacó;"
    " sacado; sacada; sacando; sacaste; saco; rescatado; rescatando; recuperado; recuperando",
    "transfer": "envié; envió; enviado; enviada; enviados; enviando; enviaste; mandé; mandó; mandado; mandando;"
    " mandaste; transferí; transfirió; transferido; transferencia; transferencias; transfiriendo; pagué; pagó;"
    " pagado;"
    " pagando; pago; pagos; di; dado; dando; mando; envío",
    "swap": "cambié; cambió; cambiado; cambiada; cambiando; cambiaste; cambio; cambios; convertido; convirtiendo;"
    " convirtió; compré; compró; comprado; comprando; compraste; compro; vendí; vendió; vendido; vendiendo;"
    " vendiste;"
    " vendo; intercambiado; intercambiando; canjeado; canjeé",
    "contact": "añadí; añadido; agregado; agregué; añadiendo; guardado; guardando",
    "exit": "salí; salido; saliendo; cerrado; cerrando; cerré; liquidado; liquidando",
    "pause": "pausado; pausando; pausaste",
    "resume": "reanudado; reanudando; reanudaste",
    "rebalance": "rebalanceado; rebalanceando; rebalanceaste; reequilibrado; reequilibrando; reequilibraste;"
    " moviste; movido; moviendo",
    "advance": "avanzado; avanzando; saltado",
}

UNSUPPORTED = {
    "bridge": "puentea; puentear; haz un bridge; bridgea",
    "borrow": "pide prestado; pedir prestado; toma prestado; tomar prestado; préstame; pedir un préstamo;"
    " pide un préstamo; toma un préstamo; solicita un préstamo",
    "repay": "reembolsa; reembolsar; reembolse; devuelve; devolver; devuelva; amortiza; amortizar; salda; saldar;"
    " repaga; repagar; liquida la deuda; paga la deuda; paga mi deuda; paga el préstamo; paga mi préstamo",
    "stake": "haz staking; hacer staking; stakea; stakear",
    "claim": "reclama; reclamar; reclame; cobra; cobrar; cobre; recoge; recoger; recolecta",
    "revoke": "revoca; revocar; revoque",
    "approve": "aprueba; aprobar; apruebe",
    "mint": "acuña; acuñar",
    "burn": "quema; quemar; destruye; destruir",
    "provide liquidity": "añade liquidez; aporta liquidez; provee liquidez; proveer liquidez; quita liquidez;"
    " retira liquidez; agrega liquidez",
    "alert": "avísame; avisa; avisar; alerta; notifica; notifícame; recuérdame; alértame; adviérteme; avíseme",
    "set a schedule": "programa; programar; cada día; cada semana; cada mes; todos los días; todas las semanas;"
    " todos los meses; diariamente; semanalmente; mensualmente; mañana; pasado mañana; la semana que viene;"
    " el mes que viene; a diario",
    "undo": "revierte; revertir",
}
