import { Anchor, Button, Grid, Stack, Text, Title } from "@mantine/core";
import { Link, useParams } from "@remix-run/react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { fromMemory, useInitialData, type Outputs } from "../../client-navigation.ts";
import { askAboutConflict } from "../../components/conflict.tsx";
import { EditableField } from "../../components/editable-field.tsx";
import { useMe } from "../../components/me.tsx";
import { showError } from "../../components/notify.ts";
import { PageHeader } from "../../components/page-header.tsx";
import { useQuickCreate } from "../../components/quick-create.tsx";
import { ErrorState, RowsSkeleton } from "../../components/states.tsx";
import { Timeline } from "../../components/timeline.tsx";
import { api, errorInfo, trpc } from "../../trpc.ts";
import { requireParam, withCaller } from "../../with-caller.ts";

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
            <Fields contact={contact} />
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

function Fields({ contact }: { contact: Contact }) {
  const client = useQueryClient();
  const canEdit = useMe().can("contact:write");
  const refresh = () => client.invalidateQueries({ queryKey: trpc.contacts.get.queryKey({ contactId: contact.id }) });
  type Changes = Parameters<typeof api.contacts.update.mutate>[0]["changes"];
  const write = (version: number, changes: Changes) =>
    api.contacts.update.mutate({ contactId: contact.id, version, changes });
  const update = useMutation({
    mutationFn: (changes: Changes) => write(contact.version, changes),
    onError: (error, changes) => {
      const details = errorInfo(error)?.details;
      if (details?.stale)
        askAboutConflict({ details, onOverwrite: (version) => void write(version, changes).then(refresh, showError) });
      else showError(error);
    },
    onSettled: refresh,
  });
  const text = (label: string, field: "firstName" | "lastName" | "title" | "email" | "phone", isNullable = true) => (
    <EditableField
      label={label}
      value={contact[field] ?? ""}
      canEdit={canEdit}
      isSaving={update.isPending}
      onSave={(value) => update.mutate({ [field]: value.trim() || (isNullable ? null : "") })}
    >
      {contact[field] || <span className="muted">Not given</span>}
    </EditableField>
  );
  return (
    <dl className="panel fields">
      {text("First name", "firstName", false)}
      {text("Last name", "lastName", false)}
      {text("Title", "title")}
      {text("E-mail", "email")}
      {text("Phone", "phone")}
      <div className="field">
        <Text size="xs" c="dimmed" component="dt">
          Account
        </Text>
        <dd className="field-value">
          {contact.accountId ? (
            <Anchor component={Link} to={`/apps/crm/accounts/${contact.accountId}`} size="sm">
              {contact.accountName ?? "Account"}
            </Anchor>
          ) : (
            <span className="muted">None</span>
          )}
        </dd>
      </div>
    </dl>
  );
}
