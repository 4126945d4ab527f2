import { Alert, Anchor, Badge, Button, Grid, Group, Stack, Text, Title } from "@mantine/core";
import type { MetaFunction } from "@remix-run/node";
import { Link, useParams } from "@remix-run/react";
import { IconFlag, IconFlame } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { fromMemory, useInitialData } from "../../client-navigation.ts";
import { When } from "../../components/format.tsx";
import { FlagForm, FollowUpForm, ReassignForm } from "../../components/leads/bulk-forms.tsx";
import { ScoreFactors } from "../../components/leads/score-badge.tsx";
import { fullName, STATUS_COLORS, STATUS_WORDS } from "../../components/leads/words.ts";
import { useMe } from "../../components/me.tsx";
import { showDone, showError } from "../../components/notify.ts";
import { PageHeader } from "../../components/page-header.tsx";
import { ErrorState, RowsSkeleton } from "../../components/states.tsx";
import { TaskList } from "../../components/task-list.tsx";
import { Timeline } from "../../components/timeline.tsx";
import { trpc } from "../../trpc.ts";
import { requireParam, withCaller } from "../../with-caller.ts";
import { ConvertForm } from "./convert-form.tsx";
import { Details } from "./details.tsx";
import { Head } from "./head.tsx";
import type { Lead } from "./lead.ts";
import { Outreach } from "./outreach.tsx";
import { Qualification } from "./qualification.tsx";

export const meta: MetaFunction = () => [{ title: "Lead · Ringside" }];
export const loader = withCaller(({ caller, params }) => caller.leads.get({ leadId: requireParam(params, "leadId") }));
export const clientLoader = fromMemory;

export default function LeadPage() {
  const { leadId = "" } = useParams();
  const initial = useInitialData<Lead>();
  const query = useQuery({
    ...trpc.leads.get.queryOptions({ leadId }),
    ...(initial ? { initialData: initial } : {}),
  });
  if (query.isPending) return <RowsSkeleton />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return <LeadView key={leadId} lead={query.data} />;
}

function LeadView({ lead }: { lead: Lead }) {
  const me = useMe();
  const [form, setForm] = useState<"reassign" | "flag" | "followUp" | "convert">();
  const close = (): void => setForm(undefined);
  const isOpen = lead.status !== "converted";
  const canWrite = isOpen && me.can("lead:write");
  return (
    <>
      <PageHeader
        title={
          <Group gap="xs" component="span">
            <span className="break">{fullName(lead)}</span>
            <Badge variant="light" color={STATUS_COLORS[lead.status]}>
              {STATUS_WORDS[lead.status]}
            </Badge>
          </Group>
        }
        detail={[lead.title, lead.company].filter(Boolean).join(" · ") || " "}
      >
        {isOpen && me.can("lead:assign") ? (
          <>
            <Button variant="default" onClick={() => setForm("flag")}>
              Flag
            </Button>
            <Button variant="default" onClick={() => setForm("reassign")}>
              Reassign
            </Button>
          </>
        ) : null}
        {canWrite ? (
          <Button variant="default" onClick={() => setForm("followUp")}>
            Plan follow-up
          </Button>
        ) : null}
        {isOpen && me.can("lead:convert") ? (
          <Button onClick={() => setForm("convert")} disabled={lead.status !== "qualified"}>
            Convert to opportunity
          </Button>
        ) : null}
      </PageHeader>
      <Notices lead={lead} />
      <Head lead={lead} />
      <Grid gutter="md" mt="md">
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Stack gap="md">
            <Qualification lead={lead} canWrite={canWrite} />
            <Details lead={lead} canWrite={canWrite} />
            <section className="panel" aria-labelledby="lead-score">
              <Title order={2} id="lead-score" mb="xs">
                Score
              </Title>
              <ScoreFactors breakdown={lead.scoreBreakdown} />
              {lead.scores[0] ? (
                <Text size="xs" c="dimmed" mt="xs">
                  Last change: {lead.scores[0].previousScore ?? 0} to {lead.scores[0].score}, {lead.scores[0].reason},{" "}
                  <When at={lead.scores[0].createdAt} />
                </Text>
              ) : null}
            </section>
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Stack gap="md">
            {canWrite ? <Outreach lead={lead} /> : null}
            <section className="panel" aria-labelledby="lead-tasks">
              <Title order={2} id="lead-tasks" mb="xs">
                Tasks
              </Title>
              <TaskList leadId={lead.id} />
            </section>
            <section className="panel" aria-labelledby="timeline">
              <Title order={2} id="timeline" mb="sm">
                Timeline
              </Title>
              <Timeline type="lead" id={lead.id} />
            </section>
          </Stack>
        </Grid.Col>
      </Grid>
      {form === "reassign" ? <ReassignForm leadIds={[lead.id]} onClose={close} /> : null}
      {form === "followUp" ? <FollowUpForm leadIds={[lead.id]} onClose={close} /> : null}
      {form === "flag" ? <FlagForm leadId={lead.id} onClose={close} /> : null}
      {form === "convert" ? <ConvertForm lead={lead} onClose={close} /> : null}
    </>
  );
}

/** What needs attention first: a flag, a buying signal, or what the lead became. */
function Notices({ lead }: { lead: Lead }) {
  const client = useQueryClient();
  const me = useMe();
  const undo = useMutation(
    trpc.leads.undoConversion.mutationOptions({
      onSuccess: () => showDone("The conversion was taken back"),
      onError: showError,
      onSettled: () => client.invalidateQueries(),
    }),
  );
  const { conversion } = lead;
  return (
    <Stack gap="xs" mb={lead.flaggedAt || lead.hotAt || conversion ? "md" : 0}>
      {lead.flaggedAt ? (
        <Alert color="red" icon={<IconFlag size={18} />} title="Immediate attention">
          {lead.flagReason}
        </Alert>
      ) : null}
      {lead.hotAt && lead.status !== "converted" ? (
        <Alert color="orange" icon={<IconFlame size={18} />} title="Hot lead">
          {lead.hotReason} <When at={lead.hotAt} />
        </Alert>
      ) : null}
      {conversion ? (
        <Alert color="teal" title="Converted">
          <Group gap="md">
            <Anchor component={Link} to={`/apps/crm/opportunities/${conversion.opportunityId}`}>
              {conversion.opportunityName ?? "Opportunity"}
            </Anchor>
            <Anchor component={Link} to={`/apps/crm/accounts/${conversion.accountId}`}>
              {conversion.accountName ?? "Account"}
            </Anchor>
            <Anchor component={Link} to={`/apps/crm/contacts/${conversion.contactId}`}>
              {[conversion.contactFirstName, conversion.contactLastName].filter(Boolean).join(" ") || "Contact"}
            </Anchor>
            {conversion.sourcedByName ? <Text size="sm">Sourced by {conversion.sourcedByName}</Text> : null}
            {conversion.canUndo && me.can("lead:convert") ? (
              <Button
                size="xs"
                variant="default"
                loading={undo.isPending}
                onClick={() => undo.mutate({ leadId: lead.id })}
              >
                Take the conversion back
              </Button>
            ) : null}
          </Group>
          {conversion.handoverNote ? (
            <Text size="sm" mt="xs" className="break">
              Handover: {conversion.handoverNote}
            </Text>
          ) : null}
        </Alert>
      ) : null}
    </Stack>
  );
}
