"""What is said after an order's or a position's preview and corrects nothing of it: English, German, Spanish."""

from __future__ import annotations

DCA = "100 usdc into eth every monday at 9"
LIMIT = "buy 0.5 eth with usdc when it is below 2,500"
STOP = "sell my eth for usdc if it falls below 2,000"
POSITION = "provide 1,000 usdc and eth liquidity, range 2,500 to 3,500"
POSITION_ES = "aporta 1.000 usdc y eth de liquidez, rango 2.500 a 3.500"
POSITION_DE = "stelle 1.000 usdc und eth als liquidität bereit, bereich 2.500 bis 3.500"
MOVED = "move position 9 to 2,900 - 3,500"
GERMAN = "jeden montag um 9 100 usdc in eth"
SPANISH = "compra eth con 100 usdc todos los lunes a las 9"

NO_CORRECTIONS = """
50 what?
no
no, thanks
no thanks
not 50!
not 50
why 50?
50 % of what?
no, cancel it
cancel it
cancel
"no, 50"
'make it 50'
“make it tuesday”
> make it tuesday
`every tuesday`
my friend says make it 50
bob told me to make it 50
bob said: every tuesday
make it 50?
at 10?
tuesday?
why tuesday?
every tuesday?
what if i make it 50
what if i make it 50?
if i make it 50, what does it cost
should i make it 50?
would 50 be better?
is 50 enough?
how much is 50 usdc in eth?
what is 50 % of 100?
50
50 usdc
usdc
dai
eth
half
all
i'm 50
i have 50 usdc
there are 50 ways to do it
i was born on a tuesday
i paid 50 last time
see you on tuesday
i'll be back at 10
i'll be back at 10 on tuesday
remind me on tuesday
remind me at 10
tell me at 10
i'm busy every tuesday
wait
hold on
wait, what?
hmm
ok
okay
maybe 50
perhaps tuesday
maybe later
later
tomorrow
not tuesday
not on tuesday
never on tuesday
don't make it 50
don't do it on tuesday
do not change it
don't change it to 50
no, don't
no, don't make it 50
no, not 50
no, never
nothing
never mind
forget it
stop
pause
help
what happens on tuesday?
when is the first time?
until when?
how often?
how long?
for how long?
what does it cost for 6 months?
why at 9?
why monday?
what does every monday mean?
price of eth?
what's the price?
what is eth at?
where is the price
portfolio
my orders
yields
history
history since tuesday
what did i earn in the last 6 months
i said 100 not 50?
no no
nope
nah
yes
y
yes please
confirm
sure
thanks
thank you
great, thanks
every cloud has a silver lining
once in a while
it is 10 degrees here
it's 10:30 here
the price is 2,400 now
eth is below 2,400
eth fell below 2,400
eth is at 2,400
100 people
10 minutes
wait 10 minutes
wait until tomorrow
in 6 months i'll be rich
for example
for me
for sure
with pleasure
to be honest
into what?
with what?
from where?
what range?
which pool?
what pool is it?
why that range?
is that range too narrow?
what is a narrow range?
too narrow?
how wide is it?
deposit 50 usdc into venus
withdraw 50 usdc from venus
send 50 usdc to bob
swap 50 usdc to eth
swap 50 usdc to dai
alert me when eth is below 2,400
tell me when eth is below 2,400
my limit is 50 usdc a day
my time zone is europe/vienna
remember that i like tuesdays
forget everything
no, send 50 usdc to bob
no, deposit 50 usdc into venus
no, withdraw everything
no, 50 usdc to bob
no, to bob
make it bob
make bob rich
make me rich
make it so
make it quick
make it better
make it cheaper
make it safe
make it happen
use morpho
use venus instead
into venus instead
change it
change the order
change my mind
i changed my mind
i changed my mind on tuesday
actually no
actually, why?
actually nothing
sorry
sorry, what?
i meant well
i mean it
i meant nothing
instead of what?
instead
rather not
rather nothing
no more than 50
at most 50
at least 50
about 50
around 50
roughly 50
a bit more
a bit less
more
less
double it?
less than 50
more than 50
50 or 60
50 and 60
either 50 or 60
no, 50 or 60
make it 50 or 60
no, 50 and 60
no, monday or tuesday
no, at 9 or 10
no, 5o
no, fifty-ish
no, -50
no, +50
no, 50.50.50
no, 50,5
no, 0
no, zero
no, 1e3
no, 0x32
no.50
no,50x
no, 50 apples
no, 50 bitcoins
no, 50 doge
make it 13 pm
make it 25:00
every 0 hours
every hour and a half
every 5 minutes
every minute
every other tuesday
every second tuesday
every leap year
every full moon
until it rains
until christmas
until then
until the price drops
until forever
forever
for ever
for 100 years
0 times
1000000 times
until 2020-13-45
on the 32nd
on the 0th
when it's cheap
when it's below
if it drops
when i say so
range
range?
range 3,500
range of what
range 2,400 to
range 3,600 to 2,400 or so
a range
wider?
the pool
the 0.3 % pool?
which fee tier
""".strip().split("\n")
NO_CORRECTIONS_DE = """
50 was?
nein
nein danke
nicht 50
nicht 50!
warum 50?
wieso dienstag?
nein, brich ab
abbrechen
„nein, 50“
mein freund sagt, mach 50 daraus
mach es 50?
dienstag?
am dienstag?
um 10?
was ist mit dienstag?
vielleicht dienstag
vielleicht 50
morgen
später
ich habe 50 usdc
ich komme um 10
ich komme am dienstag um 10
wir sehen uns am dienstag
erinnere mich am dienstag
mach es nicht
mach es nicht am dienstag
mach das nicht auf 50
nein, nicht 50
nein, lieber nicht
lieber nicht
doch nicht
50
50 usdc
dai
hälfte
ungefähr 50
höchstens 50
mindestens 50
mehr als 50
50 oder 60
nein, 50 oder 60
nein, -50
alle 5 minuten
alle zwei wochen?
bis weihnachten
bis dann
bis morgen
bis später
für immer
wie lange?
wie oft?
bis wann?
was kostet das?
warum um 9?
ja
ja bitte
bestätige
danke
moment
warte
sende 50 usdc an bob
zahle 50 usdc in venus ein
nein, 50 usdc an bob
kurs von eth?
der kurs ist 2.400
eth ist unter 2.400
welcher pool?
wie breit ist der bereich?
""".strip().split("\n")
NO_CORRECTIONS_ES = """
¿50 qué?
50 qué?
no
no, gracias
no gracias
no 50 no
¿por qué 50?
por qué el martes?
no, cancélalo
cancela
«no, 50»
mi amigo dice que sean 50
¿que sean 50?
martes?
el martes?
a las 10?
tal vez el martes
quizás 50
mañana
luego
tengo 50 usdc
nos vemos el martes
llego a las 10
recuérdame el martes
no lo cambies
no lo hagas el martes
no, no 50
mejor no
50
50 usdc
dai
la mitad
unos 50
como mucho 50
al menos 50
más de 50
50 o 60
no, 50 o 60
no, -50
cada 5 minutos
hasta navidad
hasta luego
hasta mañana
para siempre
¿hasta cuándo?
¿cada cuánto?
¿cuánto cuesta?
sí
sí, por favor
confirmo
gracias
espera
envía 50 usdc a bob
deposita 50 usdc en venus
no, 50 usdc a bob
¿precio de eth?
el precio es 2.400
eth está por debajo de 2.400
¿qué rango?
¿qué piscina?
""".strip().split("\n")
"""One a line."""
