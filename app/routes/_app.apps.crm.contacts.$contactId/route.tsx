import { Anchor, Button, Grid, Stack, Text, Title } from "@mantine/core";
import { Link, useParams } from "@remix-run/react";
import { useQuery } from "@tanstack/react-query";
import { fromMemory, useInitialData, type Outputs } from "../../client-navigation.ts";
import { PageHeader } from "../../components/page-header.tsx";
import { useQuickCreate } from "../../components/quick-create.tsx";
import { ErrorState, RowsSkeleton } from "../../components/states.tsx";
import { Timeline } from "../../components/timeline.tsx";
import { trpc } from "../../trpc.ts";
import { requireParam, withCaller } from "../../with-caller.ts";
import { AccountRoles } from "./account-roles.tsx";
import { ContactFields } from "./contact-fields.tsx";

export const meta = () => [{ title: "Contact · Ringside" }];
export const loader = withCaller(({ caller, params }) =>
  caller.contacts.get({ contactId: requireParam(params, "contactId") }),
);
export const clientLoader = fromMemory;

type Contact = Outputs["contacts"]["get"];

export default function ContactPage() {
  const { contactId = "" } = useParams();
  const initial = useInitialData<Contact>();
  const { open } = useQuickCreate();
  const query = useQuery({
    ...trpc.contacts.get.queryOptions({ contactId }),
    ...(initial ? { initialData: initial } : {}),
  });
  if (query.isPending) return <RowsSkeleton />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const contact = query.data;
  return (
    <>
      <PageHeader
        title={`${contact.firstName} ${contact.lastName}`.trim()}
        detail={[contact.title, contact.accountName].filter(Boolean).join(" · ")}
      >
        <Button
          variant="default"
          onClick={() =>
            open("activity", { contactId, ...(contact.accountId ? { accountId: contact.accountId } : {}) })
          }
        >
          Log activity
        </Button>
      </PageHeader>
      <Grid gutter="md">
        <Grid.Col span={{ base: 12, md: 4 }}>
          <Stack gap="md">
            <ContactFields contact={contact} />
            <AccountRoles contact={contact} />
            <section className="panel" aria-labelledby="roles">
              <Title order={2} id="roles" mb="xs">
                Opportunities
              </Title>
              {contact.opportunities.length === 0 ? <Text c="dimmed">No role in a deal yet.</Text> : null}
              {contact.opportunities.map((deal) => (
                <Text key={deal.id} size="sm">
                  <Anchor component={Link} to={`/apps/crm/opportunities/${deal.id}`}>
                    {deal.name}
                  </Anchor>{" "}
                  <span className="muted">{deal.role}</span>
                </Text>
              ))}
            </section>
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 8 }}>
          <section className="panel" aria-labelledby="timeline">
            <Title order={2} id="timeline" mb="sm">
              Timeline
            </Title>
            <Timeline type="contact" id={contactId} />
          </section>
        </Grid.Col>
      </Grid>
    </>
  );
}
