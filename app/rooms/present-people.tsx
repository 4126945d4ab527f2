import { Avatar, Tooltip, UnstyledButton } from "@mantine/core";
import { useEffect, useState } from "react";
import type { Awareness } from "y-protocols/awareness";

interface Person {
  clientId: number;
  id: string;
  name: string;
  color: string;
  section: string | null;
}

function readPeople(awareness: Awareness): Person[] {
  const people = new Map<string, Person>();
  for (const [clientId, state] of awareness.getStates()) {
    const user = state.user as { id?: string; name?: string; color?: string } | undefined;
    if (!user?.name) continue;
    const id = user.id ?? String(clientId);
    people.set(id, {
      clientId,
      id,
      name: user.name,
      color: user.color ?? "#868e96",
      section: typeof state.section === "string" ? state.section : null,
    });
  }
  return [...people.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/** Who is here and in which section; clicking a person goes to where he writes. */
export function PresentPeople({
  awareness,
  onFollow,
}: {
  awareness: Awareness | undefined;
  onFollow(clientId: number): void;
}) {
  const [people, setPeople] = useState<Person[]>([]);
  useEffect(() => {
    if (!awareness) return;
    const update = (): void => setPeople(readPeople(awareness));
    update();
    awareness.on("change", update);
    return () => awareness.off("change", update);
  }, [awareness]);
  return (
    <div aria-label="People here" role="group" className="present-people">
      <span className="visually-hidden" role="status" aria-live="polite">
        {people.length > 1 ? `${people.map(({ name }) => name).join(", ")} are here` : ""}
      </span>
      <Avatar.Group spacing={6}>
        {people.map((person) => (
          <Tooltip key={person.id} label={person.section ? `${person.name} · ${person.section}` : person.name}>
            <UnstyledButton
              onClick={() => onFollow(person.clientId)}
              aria-label={`${person.name} is here${person.section ? `, in ${person.section}` : ""}`}
              data-person={person.name}
              data-section={person.section ?? undefined}
            >
              <Avatar
                size={28}
                name={person.name}
                styles={{ placeholder: { background: person.color, color: "#fff" } }}
              />
            </UnstyledButton>
          </Tooltip>
        ))}
      </Avatar.Group>
    </div>
  );
}
