package intent

import "regexp"

// English fragments. Patterns are over folded text: "don't" is "don t".
const (
	// det may stand before a noun for a person.
	detEN = `(?:(?:a|an|the|your|some|any|one|of|real|live|actual|human|customer|client|service|services|support|care|sales|proper|another|different|from|member) )*`
	// noun is a person or a place where persons answer; strong needs no contact verb.
	strongEN = `(?:humans?|human beings?|real (?:person|people|one)|live (?:person|chat|agent)|actual (?:person|people)|agents?|advis[oe]rs?|representatives?|operators?|consultants?|managers?|supervisors?|customer (?:service|services|support|care|relations)|support (?:agent|team|staff|person)|member of (?:the |your )?(?:staff|team)|staff(?: member)?|team member|employees?)`
	nounEN   = `(?:` + strongEN + `|persons?|people|someone(?: else)?|somebody(?: else)?|anyone|anybody|support|team|colleagues?|assistants?|help desk|helpdesk|call cent(?:er|re))`
	robotEN  = `(?:robots?|bots?|chatbots?|chat bots?|machines?|ai|a i|computers?|algorithm|automated (?:system|service|message|reply|assistant)|automat(?:ed|ic)|virtual (?:assistant|agent))`
	replyEN  = `(?:help|assist|answer|reply|respond|call|phone|contact|talk|speak|chat|take over|get back|look into|handle|deal with)`
)

func lexiconEN() *lexicon {
	return build("en", probeRule(), safetyEN(), legalEN(), deleteDataEN(), stopEN(), askRobotEN(), personEN())
}

// safetyEN finds harm to somebody, present or feared.
func safetyEN() rule {
	return rule{
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
	}
}

// legalEN finds law, fraud and payment disputes.
func legalEN() rule {
	return rule{
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
	}
}

// deleteDataEN finds requests about personal data.
func deleteDataEN() rule {
	return rule{
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
	}
}

// stopEN finds the wish for no more messages.
func stopEN() rule {
	return rule{
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
	}
}

// askRobotEN finds the question whether this is a robot.
func askRobotEN() rule {
	return rule{
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
	}
}

// personEN finds the wish for a person.
func personEN() rule {
	return rule{
		kind: Person,
		needs: wordSet(`human humans person persons people agent agents advisor advisors adviser advisers representative representatives operator
		operators consultant manager supervisor customer support staff team employee employees someone somebody anyone anybody colleague
		colleagues assistant assistants live talk speak chat call callback robot robots bot bots chatbot machine ai who desk helpdesk center centre real escalate`),
		anywhere: anywhere(
			`(?:talk|speak|chat|discuss|spoken|write)(?: (?:directly|now|about \w+|about my \w+|on the phone|by phone|live|instead|in person|again|right now|this over|it over))? (?:to|with) `+detEN+nounEN,
			`(?:prefer|like|mind|rather|start|keep|continue|wish|try|trying|tried|for) (?:\w+ )?(?:talking|speaking|chatting) (?:to|with) `+detEN+nounEN,
			`(?:connect|connected|transfer|transferred|redirect|redirected|forward|switch|put|pass)(?: (?:me|us|this chat|this conversation|my call|my case|this))(?: (?:through|over|back|on|directly))* (?:to|with|onto) `+detEN+nounEN,
			`(?:connect|connected|transfer|transferred|put|pass|passed|redirect|redirected|forward|forwarded|switch|escalate|escalated|get|refer|hand)(?: (?:me|this|us|it|him|her|my \w+))?(?: (?:through|over|back|on|in))?(?: directly)? (?:to|with|touch with|contact with|onto) `+detEN+strongEN,
			`(?:get|give|find|bring|send|assign|fetch) (?:me )?`+detEN+strongEN, `get (?:hold of|in touch with|through to) `+detEN+nounEN,
			`(?:want|need|would like|d like|prefer|demand|require|looking for|wanna have|request|requesting|asking for|ask for|asked for|wish for|rather have) (?:to (?:have|get|see|contact|reach|call) )?`+detEN+strongEN,
			`(?:contact|reach|call|ring|message) `+detEN+strongEN, `(?:contact|reach) `+detEN+`(?:someone|somebody|anyone|support)`,
			`(?:can|could|may|will|would|let|have|get|want|need) (?:an?|your|some|any|one of your|the)? ?(?:real |live |actual |other )?(?:`+strongEN+`|someone|somebody|anyone) (?:please |just |to |from \w+ )?(?:please )?(?:answer|reply|respond|call|phone|contact|talk|speak|chat|take over|get back)`,
			`(?:can|could|may|will|would|let|have|get) (?:an?|your|some|any|one of your|the)? ?(?:real |live |actual )?`+strongEN+` (?:please |just |to )?`+replyEN,
			`(?:can|could|will|would) (?:a|any) person (?:please |just )?(?:help|assist|answer|reply to|respond to|call|contact|talk to|speak to|speak with|chat with) (?:me|us|my)`,
			`(?:help|assistance|assisted|answers?|reply|response|call|callback|support) (?:from|by|with) (?:an? )?`+detEN+strongEN,
			`(?:anyone|anybody|someone|somebody|person|human|agent|people) (?:there |here |else |available )?(?:that |who |whom )?(?:i|we) (?:can|could|may|might) (?:talk|speak|chat|write) (?:to|with)`,
			`who (?:can|could|do|should|may|must) (?:i|we) (?:talk|speak|chat) (?:to|with)`, `(?:someone|somebody|anyone) (?:to|i can|who can) (?:talk|speak|chat) (?:to|with)`,
			`(?:is|are) there (?:an? |any |some |really )?(?:real |actual |live )?(?:humans?|persons?|people|agents?|anyone|anybody|someone|somebody|representatives?|advisors?)(?: \w+)? (?:there|here|available|online|around|behind|on duty)`,
			`(?:don t|do not|not|didn t|rather not|wouldn t|no longer) (?:want|like|wish|going|need|have|gonna|wanna|care|mean)? ?(?:to )?(?:be )?(?:talk|talking|speak|speaking|chat|chatting|deal|dealing|waste time|discuss|argue)(?: \w+)? (?:to|with) (?:an? |the |this |your |any |some |stupid |damn )*`+robotEN,
			`(?:tired of|sick of|fed up with|hate|enough of|had enough of|instead of) (?:talking to |talking with |speaking to |dealing with |chatting with )?(?:an? |the |this |your |these |stupid |damn |all )*(?:robots?|bots?|chatbots?|chat bots?)`,
			`(?:real|actual|live|human) (?:person|people|human|agent|being|advisor|adviser|representative|assistant|operator|help|support) (?:please|now|asap|instead|immediately)`,
			`^(?:agent|human|person|advis[oe]r|representative|operator)(?: please)? (?:0|order|orders|number|nr|no|my|i|about|for|regarding|its|it s|this)(?: .*)?`,
			`not an? (?:robot|bot|chatbot|machine|ai|computer) (?:please|but)`,
		),
		whole: whole(
			`(?:speak|talk|chat)(?: to| with)? `+detEN+strongEN, `(?:have|get|see) `+detEN+strongEN,
			detEN+`(?:`+strongEN+`|person|support|assistant|someone real|somebody real|help desk|helpdesk|human (?:help|support|assistance|contact|being)|live (?:support|help|assistance|person|human))(?: (?:now|asap|directly|online|immediately|instead|right|again|here|only|first|not a (?:robot|bot|machine)|help me|for (?:this|me|help)))*`,
			`(?:want|need|would like|d like|prefer|have|get|give me) (?:to (?:have|see|get) )?`+detEN+`(?:person|people)(?: (?:now|instead|here))?`,
			`(?:is|are) there (?:an? |any )?(?:real |actual |live )?(?:human|person|people|anyone|anybody|someone|somebody)(?: (?:there|here|real))?`, `(?:anyone|anybody|someone|somebody) (?:there|here|home)`,
			`(?:no|not|no more|stop|without|get rid of)(?: (?:an?|the|this|your|any|with the|with this))? (?:robots?|bots?|chatbots?)`, `(?:don t|do not) (?:want|like|need) (?:an? |the |this |any |your )?(?:robots?|bots?|chatbots?|ai)`,
			`(?:call|ring|phone) me(?: (?:back|now|asap|again|later|today))*`, `(?:call back|callback)(?: (?:request|me))?`, `(?:want|need|request|get|have)? ?an? (?:call ?back|phone call|call)(?: from you)?`,
			`escalate(?: (?:this|it|my (?:case|issue|problem|complaint)))?(?: (?:now|further))?`,
			`(?:is|are) (?:an? |any )?(?:human|agent|advisor|representative|real person|anyone|someone) (?:available|online|there)(?: (?:now|today))?`,
		),
		denied: regexp.MustCompile(`(?:don t|do not|no longer|not|never|doesn t|does not) (?:really |actually |even )?(?:want|need|wish|like|have|going)? ?(?:to )?$|(?:no|without) (?:need|reason|having) (?:to|for)? ?$|(?:already|yesterday|just) (?:spoken|spoke|talked)$`),
		except: anywhere(`(?:become|work as|job as|hiring|apply (?:to be|as)|be) (?:an? )?(?:\w+ )?(?:agent|representative|advisor|adviser|operator|consultant)`, `(?:real estate|travel|shipping|customs|delivery) agents?`, `i (?:am|m) not a (?:robot|bot)`),
	}
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
