package intent

import "regexp"

// lexiconEN returns the English lists. Patterns are over folded text: "don't" is "don t".
func lexiconEN() *lexicon {
	const (
		// det may stand before a noun for a person.
		det = `(?:(?:a|an|the|your|some|any|one|of|real|live|actual|human|customer|client|service|services|support|care|sales|proper|another|different|from|member) )*`
		// noun is a person or a place where persons answer; strong needs no contact verb.
		strong = `(?:humans?|human beings?|real (?:person|people|one)|live (?:person|chat|agent)|actual (?:person|people)|agents?|advis[oe]rs?|representatives?|operators?|consultants?|managers?|supervisors?|customer (?:service|services|support|care|relations)|support (?:agent|team|staff|person)|member of (?:the |your )?(?:staff|team)|staff(?: member)?|team member|employees?)`
		noun   = `(?:` + strong + `|persons?|people|someone(?: else)?|somebody(?: else)?|anyone|anybody|support|team|colleagues?|assistants?|help desk|helpdesk|call cent(?:er|re))`
		robot  = `(?:robots?|bots?|chatbots?|chat bots?|machines?|ai|a i|computers?|algorithm|automated (?:system|service|message|reply|assistant)|automat(?:ed|ic)|virtual (?:assistant|agent))`
		reply  = `(?:help|assist|answer|reply|respond|call|phone|contact|talk|speak|chat|take over|get back|look into|handle|deal with)`
	)
	return build("en", []rule{
		probeRule(),
		{
			kind: Safety,
			needs: wordSet(`suicide suicidal kill die harm hurt injured injury injuries burn burned burnt burns bleeding blood hospital
				ambulance emergency allergic allergy poisoned poisoning poison choked choking threat threaten threatened violence abuse
				abused abusing stalking rape bomb gun fire smoke exploded explosion electrocuted shock minor underage`),
			anywhere: anywhere(
				`suicid(?:e|al)`, `kill(?:ing)? (?:my ?self|him ?self|her ?self|me|you|him|her|them|someone|somebody|you all)`, `(?:want|going|ready) to die`, `wanna die`,
				`(?:harm|hurt|cut)(?:ing|ting)? (?:my ?self|you|him|her|someone|somebody)`, `end my (?:own )?life`, `self harm`,
				`(?:was|is|am|got|been|m|s|were|badly|seriously) (?:\w+ )?(?:injured|hurt|burn(?:ed|t)|poisoned|electrocuted|bleeding)`, `(?:hurt|injured|burn(?:ed|t)|poisoned|cut|electrocuted) (?:me|us|(?:my|our) (?:\w+ )?(?:hands?|arms?|legs?|fingers?|face|skin|eyes?|head|mouth|body|child|children|kid|kids|son|daughter|baby|wife|husband|mother|father|dog|cat))`,
				`(?:an?|my|her|his|severe|serious) (?:injur(?:y|ies)|allergic reaction)`, `allergic reaction`, `(?:went|gone|taken|rushed|admitted|sent|ended up|landed|had to go|is|am|m|was|were) (?:\w+ )?(?:to|in|at) (?:the )?hospital`,
				`(?:caught|catch(?:es|ing)?|set(?: it)? on|on|started a) fire`, `smoke (?:is )?com(?:es|ing) out`, `(?:exploded|explosion|electric shock|blew up in)`,
				`(?:call|called|need) (?:an? |the )?ambulance`, `medical emergency`, `(?:my|a) (?:child|kid|baby|son|daughter|toddler) (?:\w+ ){0,3}(?:choked|choking|swallowed|injured|hurt|burned|burnt)`,
				`(?:threaten(?:ed|ing)?|stalking|abus(?:ed|ing)) (?:me|us)`, `domestic (?:violence|abuse)`, `(?:have|got|bring|bringing|buy) a (?:bomb|gun)`, `(?:am|m) (?:a minor|underage)`,
			),
			except: anywhere(`(?:burn|fire|smoke|shock|emergency|hurt) (?:sale|proof|resistant|detector|absorber|alarm|kit|pit)`, `(?:not|never) (?:\w+ ){0,2}(?:injured|hurt)`, `hurts? (?:my|our) (?:feelings|wallet|feet|foot|toes?|heels?)`),
		},
		{
			kind: Legal,
			needs: wordSet(`lawyer lawyers attorney solicitor sue suing lawsuit court legal legally police regulator ombudsman chargeback
				chargebacks fraud fraudulent scam scammed scammer scammers scamming stolen unauthorised unauthorized dispute disputing standards prosecute tribunal bank identity`),
			anywhere: anywhere(
				`(?:my|a|an|our|the|with|to|from|contact|call|calling) (?:lawyers?|attorney|solicitors?)`, `lawyers?`, `(?:will|ll|to|am|m|gonna|could|should|would) (?:\w+ )?(?:sue|suing|prosecute)`, `suing`, `lawsuit`,
				`(?:to|in|small claims|see you in) court`, `legal (?:action|steps|proceedings|advice|department|team|notice|claim|threat|counsel)`, `legally`, `(?:the|to|contact|call|go to|report(?:ed)? (?:\w+ )?to the) police`, `police report`,
				`(?:the|a|your|industry|to) regulator`, `ombudsman`, `tribunal`, `charge ?backs?`, `trading standards`, `consumer (?:protection|rights)(?: \w+)? (?:agency|office|authority|association|bureau|group)?`, `better business bureau`,
				`fraud(?:ulent)?`, `(?:been|was|got|being|am|m|is|are|were) scammed`, `scammed(?: me| us)?`, `scamm(?:er|ers|ing)`, `(?:this|it|you|that|site|company|shop|a|total|complete) (?:is |are )?(?:all )?(?:a )?scam`,
				`(?:unauthori[sz]ed|stolen) (?:\w+ )?(?:payments?|charges?|transactions?|cards?|identity|purchases?)`, `(?:card|identity)(?: \w+){0,3} (?:stolen|hacked)`, `disput(?:e|ing) (?:the|this|my|a|it|with) ?(?:\w+ )?(?:charge|payment|transaction|bank)?`,
			),
		},
		{
			kind:  DeleteData,
			needs: wordSet(`data gdpr ccpa forgotten erasure information info details personal everything privacy`),
			anywhere: anywhere(
				`(?:delete|erase|remove|destroy|wipe|deletion of|erasure of|removal of|deleting|erasing|removing) (?:\w+ ){0,3}?(?:my|our|of my) (?:\w+ ){0,2}?(?:data|personal (?:information|details))`,
				`(?:delete|erase|remove|forget) (?:everything|all|anything) (?:that )?you (?:have|know|hold|store|stored|keep) (?:on|about|of) me`,
				`my (?:personal )?data (?:\w+ ){0,2}?(?:deleted|erased|removed|destroyed|wiped)`,
				`gdpr`, `ccpa`, `right (?:to be forgotten|to erasure|of access|to access)`, `data (?:deletion|erasure|subject|access|protection)(?: access)? (?:request|officer|rights?)`, `subject access request`,
				`what (?:\w+ )?(?:data|information) (?:do|did|have) you (?:have|hold|store|keep|collect|collected|know|got)(?: \w+){0,2} (?:on|about) me`,
				`(?:copy of|access to|export|download|access) (?:all )?(?:of )?my (?:\w+ )?(?:data|personal information)`,
			),
			whole: whole(`(?:delete|erase|remove|forget) (?:all )?(?:of )?my (?:info|information|details|infos|informations)(?: (?:from|in|on|off) (?:your|the) (?:system|systems|database|records|files|servers?))?`),
		},
		{
			kind:  Stop,
			needs: wordSet(`stop stopall unsubscribe unsubscribed opt optout quit text message contact messages messaging texting remove spam spamming list`),
			whole: whole(
				`stop(?: it)?(?: now)?|stop all|stopall|unsubscribe|unsubscribed|opt ?out|opt me out|unsubscribe me|be unsubscribed|opted out`,
				`(?:stop|quit|cease) (?:sending|texting|messaging|writing|contacting|spamming|bothering|harassing|the|these|this|those|all|with|your|my|promotional|marketing|whatsapp|texts?|messages?|spam|ads?|notifications?)(?: (?:sending|to|me|us|any|more|these|those|this|your|all|the|so|many|such|whatsapp|promotional|promotion|marketing|unwanted|annoying|ads?|adverts?|advertising|advertisements?|promos?|promotions?|offers?|texts?|messages?|messaging|spam|stuff|newsletters?|notifications?|updates?|here|on|now|again|and|or|from|by|via|phone|number|subscription))*`,
				`(?:don t|do not|never|no more|not) (?:text|message|messages|texts|write|contact|send|spam|want)(?: (?:to|me|us|my|number|any|more|anymore|again|ever|these|those|your|whatsapp|promotional|marketing|ads?|promos?|promotions?|offers?|texts?|messages?|spam|newsletters?|notifications?|from|you|here|on|receive|get|be|contacted|messaged|texted))*`,
				`(?:remove|delete|take) (?:me|my (?:phone )?number|us) (?:from|off)(?: of)?(?: (?:your|this|the|all|any|mailing|contact|contacts|distribution|marketing|whatsapp|broadcast|lists?|database))+`,
				`(?:unsubscribe|opt ?out|opt me out)(?: (?:me|us|from|of|to|all|your|this|the|these|marketing|promotional|messages?|lists?|newsletters?|whatsapp|texts?|emails?|mails?|updates?|ads?|notifications?|promos?|offers?|service|channel))*`,
			),
			except: anywhere(`(?:do not|don t|not) (?:send|want|message|contact) (?:me|us|it|any|to)?$`, `don t want$`, `stop the (?:offers?|promotion|phone)$`, `stop my (?:subscription|number|phone)`, `stop this$`, `stop with (?:the|this|that)$`),
		},
		{
			kind:  Robot,
			needs: wordSet(`robot robots bot bots chatbot ai human machine person real automated computer chatgpt gpt people`),
			whole: whole(
				`(?:are|r|is) (?:you|this|it|that|there) (?:(?:just|really|actually|even|only|some|kind|of|sort|a|an|the|another|automated|live|real|ai) ){0,4}?(?:robot|bot|chatbot|chat bot|ai|a i|human|human being|machine|real (?:person|human|people)|actual (?:person|human)|computer|real|automated|person|chatgpt|gpt|virtual assistant)(?: or (?:not|(?:an? )?(?:\w+ )?(?:robot|bot|chatbot|ai|human|machine|person|computer)))?(?: (?:talking|chatting|answering|speaking|replying))?(?: (?:to|with) me)?`,
				`(?:am|are) (?:i|we) (?:\w+ )?(?:talking|speaking|chatting|writing|texting) (?:to|with) (?:\w+ ){0,2}?(?:robot|bot|chatbot|chat bot|ai|human|human being|machine|person|computer|real person|people|chatgpt|automated \w+)(?: or (?:an? )?(?:\w+ )?(?:robot|bot|chatbot|ai|human|machine|person|computer|not))?(?: here| right)?`,
				`i (?:am|m) (?:\w+ )?(?:talking|speaking|chatting) (?:to|with) (?:an? )?(?:robot|bot|chatbot|ai|machine|computer)(?: right| am i not| or what)?`,
				`(?:you are|you re|this is|it s) (?:just |only |clearly |obviously |probably )?(?:an? )?(?:robot|bot|chatbot|ai|machine|computer)(?: right| aren t you| isn t it| or what)?`,
				`(?:human|person) or (?:an? )?(?:robot|bot|machine|ai)|(?:robot|bot|ai) or (?:an? )?(?:real )?(?:human|person)`,
			),
			except: anywhere(`is there an? (?:real |actual |live )?(?:human|person|people)`),
		},
		{
			kind: Person,
			needs: wordSet(`human humans person persons people agent agents advisor advisors adviser advisers representative representatives operator
				operators consultant manager supervisor customer support staff team employee employees someone somebody anyone anybody colleague
				colleagues assistant assistants live talk speak chat call callback robot robots bot bots chatbot machine ai who desk helpdesk center centre real escalate`),
			anywhere: anywhere(
				`(?:talk|speak|chat|discuss|spoken|write)(?: (?:directly|now|about \w+|about my \w+|on the phone|by phone|live|instead|in person|again|right now|this over|it over))? (?:to|with) `+det+noun,
				`(?:prefer|like|mind|rather|start|keep|continue|wish|try|trying|tried|for) (?:\w+ )?(?:talking|speaking|chatting) (?:to|with) `+det+noun,
				`(?:connect|connected|transfer|transferred|redirect|redirected|forward|switch|put|pass)(?: (?:me|us|this chat|this conversation|my call|my case|this))(?: (?:through|over|back|on|directly))* (?:to|with|onto) `+det+noun,
				`(?:connect|connected|transfer|transferred|put|pass|passed|redirect|redirected|forward|forwarded|switch|escalate|escalated|get|refer|hand)(?: (?:me|this|us|it|him|her|my \w+))?(?: (?:through|over|back|on|in))?(?: directly)? (?:to|with|touch with|contact with|onto) `+det+strong,
				`(?:get|give|find|bring|send|assign|fetch) (?:me )?`+det+strong, `get (?:hold of|in touch with|through to) `+det+noun,
				`(?:want|need|would like|d like|prefer|demand|require|looking for|wanna have|request|requesting|asking for|ask for|asked for|wish for|rather have) (?:to (?:have|get|see|contact|reach|call) )?`+det+strong,
				`(?:contact|reach|call|ring|message) `+det+strong, `(?:contact|reach) `+det+`(?:someone|somebody|anyone|support)`,
				`(?:can|could|may|will|would|let|have|get|want|need) (?:an?|your|some|any|one of your|the)? ?(?:real |live |actual |other )?(?:`+strong+`|someone|somebody|anyone) (?:please |just |to |from \w+ )?(?:please )?(?:answer|reply|respond|call|phone|contact|talk|speak|chat|take over|get back)`,
				`(?:can|could|may|will|would|let|have|get) (?:an?|your|some|any|one of your|the)? ?(?:real |live |actual )?`+strong+` (?:please |just |to )?`+reply,
				`(?:can|could|will|would) (?:a|any) person (?:please |just )?(?:help|assist|answer|reply to|respond to|call|contact|talk to|speak to|speak with|chat with) (?:me|us|my)`,
				`(?:help|assistance|assisted|answers?|reply|response|call|callback|support) (?:from|by|with) (?:an? )?`+det+strong,
				`(?:anyone|anybody|someone|somebody|person|human|agent|people) (?:there |here |else |available )?(?:that |who |whom )?(?:i|we) (?:can|could|may|might) (?:talk|speak|chat|write) (?:to|with)`,
				`who (?:can|could|do|should|may|must) (?:i|we) (?:talk|speak|chat) (?:to|with)`, `(?:someone|somebody|anyone) (?:to|i can|who can) (?:talk|speak|chat) (?:to|with)`,
				`(?:is|are) there (?:an? |any |some |really )?(?:real |actual |live )?(?:humans?|persons?|people|agents?|anyone|anybody|someone|somebody|representatives?|advisors?)(?: \w+)? (?:there|here|available|online|around|behind|on duty)`,
				`(?:don t|do not|not|didn t|rather not|wouldn t|no longer) (?:want|like|wish|going|need|have|gonna|wanna|care|mean)? ?(?:to )?(?:be )?(?:talk|talking|speak|speaking|chat|chatting|deal|dealing|waste time|discuss|argue)(?: \w+)? (?:to|with) (?:an? |the |this |your |any |some |stupid |damn )*`+robot,
				`(?:tired of|sick of|fed up with|hate|enough of|had enough of|instead of) (?:talking to |talking with |speaking to |dealing with |chatting with )?(?:an? |the |this |your |these |stupid |damn |all )*(?:robots?|bots?|chatbots?|chat bots?)`,
				`(?:real|actual|live|human) (?:person|people|human|agent|being|advisor|adviser|representative|assistant|operator|help|support) (?:please|now|asap|instead|immediately)`,
				`^(?:agent|human|person|advis[oe]r|representative|operator)(?: please)? (?:0|order|orders|number|nr|no|my|i|about|for|regarding|its|it s|this)(?: .*)?`,
				`not an? (?:robot|bot|chatbot|machine|ai|computer) (?:please|but)`,
			),
			whole: whole(
				`(?:speak|talk|chat)(?: to| with)? `+det+strong, `(?:have|get|see) `+det+strong,
				det+`(?:`+strong+`|person|support|assistant|someone real|somebody real|help desk|helpdesk|human (?:help|support|assistance|contact|being)|live (?:support|help|assistance|person|human))(?: (?:now|asap|directly|online|immediately|instead|right|again|here|only|first|not a (?:robot|bot|machine)|help me|for (?:this|me|help)))*`,
				`(?:want|need|would like|d like|prefer|have|get|give me) (?:to (?:have|see|get) )?`+det+`(?:person|people)(?: (?:now|instead|here))?`,
				`(?:is|are) there (?:an? |any )?(?:real |actual |live )?(?:human|person|people|anyone|anybody|someone|somebody)(?: (?:there|here|real))?`, `(?:anyone|anybody|someone|somebody) (?:there|here|home)`,
				`(?:no|not|no more|stop|without|get rid of)(?: (?:an?|the|this|your|any|with the|with this))? (?:robots?|bots?|chatbots?)`, `(?:don t|do not) (?:want|like|need) (?:an? |the |this |any |your )?(?:robots?|bots?|chatbots?|ai)`,
				`(?:call|ring|phone) me(?: (?:back|now|asap|again|later|today))*`, `(?:call back|callback)(?: (?:request|me))?`, `(?:want|need|request|get|have)? ?an? (?:call ?back|phone call|call)(?: from you)?`,
				`escalate(?: (?:this|it|my (?:case|issue|problem|complaint)))?(?: (?:now|further))?`,
				`(?:is|are) (?:an? |any )?(?:human|agent|advisor|representative|real person|anyone|someone) (?:available|online|there)(?: (?:now|today))?`,
			),
			denied: regexp.MustCompile(`(?:don t|do not|no longer|not|never|doesn t|does not) (?:really |actually |even )?(?:want|need|wish|like|have|going)? ?(?:to )?$|(?:no|without) (?:need|reason|having) (?:to|for)? ?$|(?:already|yesterday|just) (?:spoken|spoke|talked)$`),
			except: anywhere(`(?:become|work as|job as|hiring|apply (?:to be|as)|be) (?:an? )?(?:\w+ )?(?:agent|representative|advisor|adviser|operator|consultant)`, `(?:real estate|travel|shipping|customs|delivery) agents?`, `i (?:am|m) not a (?:robot|bot)`),
		},
	},
		`please hi hello hey good morning afternoon evening ok okay so well sorry`,
		`please i we want to would like d need could can you may how do just so now yes no but and then is it possible be able wish let me`,
		`please now thanks thank you ok okay asap today right sir madam team guys much so very kindly`,
		map[string]string{
			"": "there\nplease\nsir\nmadam\nmam\nteam\nguys\neveryone\nall\nso\nvery much\na lot\nfor your help\nfor the help\nfor helping\nfor your time\nagain\nand\nthen\nit\nis\nwas\nto you\nmy friend\ndear\nmate\nfor now\nindeed\nwell\nfor that\nfor the info\nfor the information\nfor the answer\nfor your answer\nfor this\nfor the quick reply\nfor your reply\nfor the reply\nbot",
			string(Greeting): `hi
hello
hey
heya
hiya
yo
howdy
greetings
good morning
good afternoon
good evening
good day
morning
evening
afternoon
hi there
hello there
hey there
how are you
how are you doing
how are you today
how is it going
how s it going
what s up
whats up
wassup
nice to meet you
anyone there
long time no see
hello again
start
get started`,
			string(Thanks): `thanks
thank you
thank you so much
thank you very much
thanks a lot
thanks so much
thanks a million
many thanks
much appreciated
i appreciate that
i appreciate your help
i appreciate the help
i really appreciate it
appreciate the help
i thank you
thank you kindly
thanks for letting me know
thank you for letting me know
thank you for helping me
thanks for helping me
i appreciate it
appreciate it
appreciated
cheers
that helps
that helped
that was helpful
that s helpful
very helpful
helpful
you re the best
you are the best
you re great
you are great
awesome
amazing
brilliant
perfect
great
wonderful
excellent
fantastic
lovely
super
cool
nice
good
that s great
that s perfect
that s good
that s all
that is all
that s it
that s all i needed
that is all i needed
i m good
all good
all set
solved
it works
it works now
it worked
good job
well done
that s very kind
very kind
kind of you
that s what i needed`,
			string(Goodbye): `bye
bye bye
goodbye
good bye
see you
see ya
see you later
see you soon
talk soon
talk to you later
talk later
have a good day
have a nice day
have a great day
have a good one
have a good evening
have a nice evening
have a good weekend
have a nice weekend
have a lovely day
take care
good night
ciao
later
farewell
you too
same to you`,
			string(Yes): `yes
yeah
yep
yup
yea
ya
yess
yes please
yes i do
yes i am
yes it is
yes it did
yes exactly
sure
sure thing
of course
absolutely
definitely
certainly
correct
exactly
that s right
that s correct
that is correct
that is right
right
go ahead
please do
do it
sounds good
i agree
agreed
affirmative
you got it
true
yes that s it
yes that one
indeed
very true
that is true
that s true
it s true
you are right
you re right
that would be great
that would be nice
i think so
i d like that
yes i would
that one
i would
i do
i confirm
confirm
confirmed
why not`,
			"~yes": "ok\nokie\nokey dokey\nalright\nall right\ngot it\ni see\nunderstood\nfine\nthat s fine\nno problem\nno worries\nnp\nnoted\ni understand\noh\nah\nmm\nhmm\nhm\naha",
			string(No): `no
nope
nah
na
noo
no thanks
no thank you
not really
not at all
not now
not yet
no i don t
no i do not
no it isn t
no it s not
no it is not
no it didn t
no not that
not that
never
negative
i don t think so
none
none of them
none of these
none of those
none of the above
neither
nothing
nothing else
no nothing
no nothing else
nothing more
wrong
not that one
no way
definitely not
incorrect
that s not right
that s not it
that is not it
not true
that s not true
i think not
naw
that s wrong
it is not
it s not
no need
don t
it didn t help
that didn t help
did not help
not helpful`,
		},
		`human person agent advisor adviser representative operator speak talk someone somebody customer support robot
			unsubscribe hello thanks thank goodbye delete personal please morning chat assistant manager`,
		`humans humane persons persona people agents aged adviser advisors advise advice advised operators operate operated speaks peak sneak steak spear spoke
			something somebodys customers custom customs customer supports supported think thanked thing tanks banks deleted deletes deletion
			pleased pleas mornings chart chats cheat char task tale tall take tank tall wall managers managed managing manage assistants assist assistance stop step shop stops
			stopped robots personally urgent regent argent hells cello pleasure unsubscribed hat what that help helps held heal sweater size order
			tanked thinks talks talking talked speaker speaking peaks person's personnel personalised personalized personalise personalize`,
	)
}

// probeRule finds the message by which WhatsApp announces a test of the bot. Providers
// quote it as "This message is from WhatsApp. We are initiating this conversation to
// understand the quality of your bot experience" (for one, Twilio's and Sinch's pages on
// WhatsApp bot quality); the pattern allows for other wordings of the same.
func probeRule() rule {
	return rule{
		kind:  Probe,
		needs: wordSet("whatsapp"),
		anywhere: anywhere(
			`(?:message|conversation|chat|test) (?:is )?(?:from|by|initiated by|sent by|on behalf of) (?:the )?(?:whatsapp|meta)(?: \w+){0,20} (?:quality|bot|evaluat\w+|experience)`,
			`whatsapp(?: \w+){0,12} (?:evaluat\w+|assess\w*|understand|review\w*|test\w*|measur\w+) (?:\w+ ){0,4}(?:bot|chatbot|automated|automation)`,
		),
	}
}
