package main

import (
	"context"

	"parley/internal/app"
	"parley/internal/desk/roster"
)

// seedTeams gives a demo without any team its two: one for everything with everybody
// in it, and one for returns. Nobody is there until they open a page.
func seedTeams(ctx context.Context, gateway *app.App) error {
	desk, err := gateway.Roster().Desk(ctx)
	if err != nil || len(desk.Teams) > 0 {
		return err
	}
	support := roster.Team{Name: "Support", Strategy: roster.LeastBusy, AutoAssign: true}
	returns := roster.Team{Name: "Returns", Strategy: roster.RoundRobin, AutoAssign: true, Topics: []string{"returns", "return_item", "refund_status"}}
	for _, p := range desk.People {
		support.Members = append(support.Members, p.ID)
		if p.Email == "agent2@example.com" {
			returns.Members = append(returns.Members, p.ID)
		}
	}
	for _, t := range []roster.Team{support, returns} {
		if _, err := gateway.Roster().SaveTeam(ctx, t); err != nil {
			return err
		}
	}
	return nil
}
