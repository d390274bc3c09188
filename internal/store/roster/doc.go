// Package roster keeps who works at the desk: teams and their members, what people can
// take and what they know, who is there; and it reads how the queue stands. It owns the
// tables teams, team_members, skills and presence. What is made of them, such as who
// gets a conversation, is not decided here.
//
// Start reading at People.
package roster
