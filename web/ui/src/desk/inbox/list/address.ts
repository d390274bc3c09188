import { useMemo } from "react";
import { useLocation, useSearch } from "wouter";
import type { Filter } from "../calls";
import { fromAddress, toAddress } from "../filter";

/** The filter that the address asks for. */
export function useFilter(): Filter {
  const search = useSearch();
  return useMemo(() => fromAddress(search), [search]);
}

/** The address of the list, or of a conversation beside it, with the present filter. */
export function useListAddress(): (conversation?: string) => string {
  const search = useSearch();
  return (conversation) => address(conversation, fromAddress(search));
}

function address(conversation: string | undefined, filter: Filter): string {
  return (conversation ? `/conversations/${conversation}` : "/") + toAddress(filter);
}

/** Changes the filter in the address, beside the conversation that is open; the back button undoes it. */
export function useApply(): (filter: Filter, replace?: boolean) => void {
  const [location, navigate] = useLocation();
  return (filter, replace = false) => {
    const open = location.match(/^\/conversations\/([^/]+)$/)?.[1];
    navigate(address(open, filter), { replace });
  };
}
