import { useQuery } from "@tanstack/react-query";
import { api } from "../trpc.ts";

/** The room of a record; made when the first person opens it. */
export const useOpenRoom = (subjectType: "opportunity" | "account", subjectId: string) =>
  useQuery({
    queryKey: ["room", subjectType, subjectId],
    queryFn: () => api.rooms.open.mutate({ subjectType, subjectId }),
    staleTime: Infinity,
  });
