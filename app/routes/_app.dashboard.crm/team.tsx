import { Anchor, Table, Title, UnstyledButton } from "@mantine/core";
import { Link } from "@remix-run/react";
import type { ReactNode } from "react";
import { Money } from "../../components/format.tsx";
import type { Dashboard } from "./route.tsx";
import type { RowsRequest } from "./rows-drawer.tsx";

/** How each person stands; every number opens its rows. */
export function Team({
  team,
  onOpen,
}: {
  team: Dashboard["team"];
  onOpen(figure: RowsRequest["figure"], title: string, ownerId: string): void;
}) {
  return (
    <section className="panel" aria-labelledby="team">
      <Title order={2} id="team" mb="xs">
        Team performance
      </Title>
      <Table.ScrollContainer minWidth={720}>
        <Table verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Person</Table.Th>
              <Table.Th ta="right">Pipeline</Table.Th>
              <Table.Th ta="right">Forecast</Table.Th>
              <Table.Th ta="right">Won</Table.Th>
              <Table.Th ta="right">Win rate</Table.Th>
              <Table.Th ta="right">At risk</Table.Th>
              <Table.Th ta="right">Tasks overdue</Table.Th>
              <Table.Th ta="right">Activities, 7 days</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody className="tabular">
            {team.map((person) => {
              const number = (figure: RowsRequest["figure"], title: string, value: ReactNode) => (
                <UnstyledButton
                  onClick={() => onOpen(figure, `${title}: ${person.name}`, person.id)}
                  className="number-link"
                >
                  {value}
                </UnstyledButton>
              );
              return (
                <Table.Tr key={person.id}>
                  <Table.Td>
                    <Anchor component={Link} to={`/priorities?scope=team&owner=${person.id}`} size="sm">
                      {person.name}
                    </Anchor>
                  </Table.Td>
                  <Table.Td ta="right">
                    {number("pipeline", "Pipeline", <Money cents={person.pipelineCents} />)}
                  </Table.Td>
                  <Table.Td ta="right">
                    {number("forecast", "Forecast", <Money cents={person.forecastCents} />)}
                  </Table.Td>
                  <Table.Td ta="right">{number("won", "Won", <Money cents={person.wonCents} />)}</Table.Td>
                  <Table.Td ta="right">
                    {number(
                      "closed",
                      "Closed",
                      person.winRate === null ? "No data" : `${Math.round(person.winRate * 100)} %`,
                    )}
                  </Table.Td>
                  <Table.Td ta="right">{number("atRisk", "At risk", person.atRisk)}</Table.Td>
                  <Table.Td ta="right">
                    <Link to={`/priorities?scope=team&type=task&owner=${person.id}`} className="number-link">
                      {person.overdueTasks}
                    </Link>
                  </Table.Td>
                  <Table.Td ta="right">{person.activities}</Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </section>
  );
}
