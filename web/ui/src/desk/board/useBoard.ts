import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useDesk } from "../context";
import { type Board, board } from "./api";

export const boardKey = ["board"] as const;

/** At most this often, in ms, the board is read because of what is heard. */
const pause = 1500;
/** A time that passes brings windows to their end and silences about, without anything being heard. */
const poll = 30_000;

/** The board, read again soon after anything has happened. */
export function useBoard() {
  const desk = useDesk();
  const query = useQuery<Board>({ queryKey: boardKey, queryFn: board.read, refetchInterval: poll, staleTime: 0 });
  const { refetch } = query;
  const last = useRef(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = () => {
      timer = undefined;
      last.current = Date.now();
      void refetch();
    };
    const leave = desk.onHeard(() => {
      timer ??= setTimeout(read, Math.max(150, last.current + pause - Date.now()));
    });
    return () => {
      leave();
      clearTimeout(timer);
    };
  }, [desk, refetch]);
  return query;
}
