import type { components } from "../../api";
import { answer, client } from "../api";

type Schemas = components["schemas"];
export type Hook = Schemas["Hook"];
export type HookWithSecret = Schemas["HookWithSecret"];
export type Delivery = Schemas["HookDelivery"];
export type DeliveryDetail = Schemas["HookDeliveryDetail"];
export type State = Delivery["state"];
export type Wanted = { name: string; url: string; events: string[]; active: boolean };

const at = (id: string) => ({ params: { path: { id } } });

export const hooksApi = {
  list: () => answer<Schemas["HookListBody"]>(client.GET("/api/v1/hooks")),
  create: (body: Wanted) => answer<HookWithSecret>(client.POST("/api/v1/hooks", { body })),
  update: (id: string, body: Wanted) => answer<Hook>(client.PUT("/api/v1/hooks/{id}", { ...at(id), body })),
  remove: (id: string) => answer<unknown>(client.DELETE("/api/v1/hooks/{id}", at(id))),
  rotate: (id: string) => answer<HookWithSecret>(client.POST("/api/v1/hooks/{id}/secret", at(id))),
  test: (id: string) => answer<Delivery>(client.POST("/api/v1/hooks/{id}/test", at(id))),
  replayDead: (id: string) => answer<{ replayed: number }>(client.POST("/api/v1/hooks/{id}/replay", at(id))),
  replay: (id: string) => answer<Delivery>(client.POST("/api/v1/hooks/deliveries/{id}/replay", at(id))),
  deliveries: (id: string, state: State | "", cursor: string) =>
    answer<Schemas["HookDeliveryListBody"]>(
      client.GET("/api/v1/hooks/{id}/deliveries", {
        params: { path: { id }, query: { limit: 50, ...(state ? { state } : {}), ...(cursor ? { cursor } : {}) } },
      }),
    ),
  delivery: (id: string, delivery: string) =>
    answer<DeliveryDetail>(
      client.GET("/api/v1/hooks/{id}/deliveries/{delivery}", { params: { path: { id, delivery } } }),
    ),
};
