package auth

// Permission is one kind of thing that may be done through the API. It is also the
// scope of an API token.
type Permission string

// The permissions.
const (
	ReadConversations  Permission = "conversations:read"      // see lists, transcripts, colleagues, canned replies
	WriteConversations Permission = "conversations:write"     // answer, take, note, tag, resolve
	Supervise          Permission = "conversations:supervise" // assign others, see everybody's presence, change saved views of all
	ReadReports        Permission = "reports:read"            // board, reports, their CSV
	ReviewKnowledge    Permission = "knowledge:review"        // accept proposals and publish them
	ManageTeams        Permission = "teams:manage"            // teams, skills, capacity, business hours, canned replies
	ReadRoutes         Permission = "routes:read"             // what comes in by which route
	ManageUsers        Permission = "users:manage"            // invite, disable, roles, API tokens of others
	ManageHooks        Permission = "hooks:manage"            // outgoing webhooks
	ExamineSetup       Permission = "setup:examine"           // the doctor, and what to make in Braze
	ReadAudit          Permission = "audit:read"              // who did what
)

// What an operation may need instead of a permission; neither can be a token's scope.
const (
	Known    Permission = "known"     // whoever logged in, or any API token
	InPerson Permission = "in-person" // whoever logged in, but no API token: what concerns one's own account
)

// Permissions lists all of them, in the order of the roles that have them.
func Permissions() []Permission {
	return []Permission{
		ReadConversations, WriteConversations, Supervise, ReadReports, ReviewKnowledge, ManageTeams, ReadRoutes,
		ManageUsers, ManageHooks, ExamineSetup, ReadAudit,
	}
}

// least is the role from which on a permission is held.
var least = map[Permission]Role{
	ReadConversations: Agent, WriteConversations: Agent,
	Supervise: Supervisor, ReadReports: Supervisor, ReviewKnowledge: Supervisor, ManageTeams: Supervisor, ReadRoutes: Supervisor,
	ManageUsers: Admin, ManageHooks: Admin, ExamineSetup: Admin, ReadAudit: Admin,
}

// May reports whether somebody of role r may do it. An unknown permission nobody has.
func (r Role) May(p Permission) bool { return r.Allows(least[p]) }
