package app

import "parley/internal/desk"

// Desk is what people do, for programs that play them.
func (a *App) Desk() *desk.Desk { return a.desk }
