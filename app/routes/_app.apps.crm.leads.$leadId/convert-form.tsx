import {
  Alert,
  Button,
  Group,
  Modal,
  NumberInput,
  Radio,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { useNavigate } from "@remix-run/react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { showDone, showError } from "../../components/notify.ts";
import { RowsSkeleton } from "../../components/states.tsx";
import { api, errorInfo, trpc } from "../../trpc.ts";
import type { Lead } from "./lead.ts";

const NEW = "new";
const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

/** One act from lead to account, contact and opportunity; likely duplicates stand first. */
export function ConvertForm({ lead, onClose }: { lead: Lead; onClose(): void }) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const duplicates = useQuery(trpc.leads.duplicates.queryOptions({ leadId: lead.id }));
  const stages = useQuery(trpc.opportunities.stages.queryOptions());
  const people = useQuery(trpc.users.list.queryOptions());
  const [account, setAccount] = useState<string>();
  const [contact, setContact] = useState<string>();
  const form = useForm({
    initialValues: {
      company: lead.company,
      firstName: lead.firstName,
      lastName: lead.lastName,
      email: lead.email ?? "",
      role: lead.authority && /decid|owner|sign/i.test(lead.authority) ? "Decision Maker" : "",
      name: lead.company ? `${lead.company} · first deal` : "",
      amount: "" as number | string,
      closeDate: inDays(90),
      stageId: null as string | null,
      probability: "" as number | string,
      ownerId: lead.ownerId,
      nextStep: lead.nextStep ?? "",
      nextStepDue: lead.nextStepDue ?? inDays(7),
      goals: lead.need ?? "",
      handoverNote: "",
    },
    validate: {
      company: (value) => (value.trim() ? null : "This is needed"),
      lastName: (value) => (value.trim() ? null : "This is needed"),
      name: (value) => (value.trim() ? null : "This is needed"),
      amount: (value) => (Number(value) > 0 ? null : "This is needed"),
      closeDate: (value) => (value ? null : "This is needed"),
      nextStep: (value) => (value.trim() ? null : "This is needed"),
      nextStepDue: (value) => (value ? null : "This is needed"),
    },
  });
  const { accounts = [], contacts = [] } = duplicates.data ?? {};
  const accountChoice = account ?? accounts[0]?.id ?? NEW;
  const contactChoice = contact ?? contacts[0]?.id ?? NEW;
  const isHandover = form.values.ownerId !== lead.ownerId;
  const convert = useMutation({
    mutationFn: (values: typeof form.values) =>
      api.leads.convert.mutate({
        leadId: lead.id,
        version: lead.version,
        accountId: accountChoice === NEW ? null : accountChoice,
        company: values.company,
        contactId: contactChoice === NEW ? null : contactChoice,
        contact: {
          firstName: values.firstName,
          lastName: values.lastName,
          email: values.email.trim() || null,
          title: lead.title,
          phone: lead.phone,
          role: values.role.trim() || null,
        },
        opportunity: {
          name: values.name,
          amountCents: Math.round(Number(values.amount) * 100),
          closeDate: values.closeDate,
          stageId: values.stageId,
          probability: values.probability === "" ? null : Number(values.probability) / 100,
          ownerId: values.ownerId,
          nextStep: values.nextStep,
          nextStepDue: values.nextStepDue,
        },
        goals: values.goals,
        handoverNote: values.handoverNote,
        // The choice stands above the form: whoever converts has seen it.
        isNewDespiteDuplicates: true,
      }),
    onSuccess: async ({ opportunityId }) => {
      await client.invalidateQueries();
      showDone("Converted");
      navigate(`/apps/crm/opportunities/${opportunityId}`);
    },
    onError: (error) => {
      const fields = errorInfo(error)?.details.fields;
      if (fields && typeof fields === "object") form.setErrors(fields as Record<string, string>);
      showError(error);
    },
  });
  return (
    <Modal opened onClose={onClose} title="Convert to opportunity" size="lg">
      {duplicates.isPending ? (
        <RowsSkeleton rows={4} />
      ) : (
        <form onSubmit={form.onSubmit((values) => convert.mutate(values))} noValidate>
          <Stack gap="sm">
            {accounts.length + contacts.length > 0 ? (
              <Alert color="yellow" title="These may be the same">
                <Stack gap="sm">
                  {accounts.length > 0 ? (
                    <Radio.Group label="Account" value={accountChoice} onChange={setAccount}>
                      <Stack gap={6} mt={4}>
                        {accounts.map((row) => (
                          <Radio
                            key={row.id}
                            value={row.id}
                            label={`Link ${row.name}`}
                            description={`Same ${row.reason}${row.ownerName ? ` · ${row.ownerName}` : ""}`}
                          />
                        ))}
                        <Radio value={NEW} label="Make a new account" />
                      </Stack>
                    </Radio.Group>
                  ) : null}
                  {contacts.length > 0 ? (
                    <Radio.Group label="Contact" value={contactChoice} onChange={setContact}>
                      <Stack gap={6} mt={4}>
                        {contacts.map((row) => (
                          <Radio
                            key={row.id}
                            value={row.id}
                            label={`Link ${row.firstName} ${row.lastName}`}
                            description={[row.email, row.accountName].filter(Boolean).join(" · ")}
                          />
                        ))}
                        <Radio value={NEW} label="Make a new contact" />
                      </Stack>
                    </Radio.Group>
                  ) : null}
                </Stack>
              </Alert>
            ) : (
              <Text size="sm" c="dimmed">
                No account of this name or domain and no contact of this address is known.
              </Text>
            )}
            {accountChoice === NEW ? (
              <TextInput label="Company name" withAsterisk {...form.getInputProps("company")} />
            ) : null}
            {contactChoice === NEW ? (
              <>
                <Group grow>
                  <TextInput label="First name" {...form.getInputProps("firstName")} />
                  <TextInput label="Last name" withAsterisk {...form.getInputProps("lastName")} />
                </Group>
                <TextInput label="E-mail" type="email" {...form.getInputProps("email")} />
              </>
            ) : null}
            <TextInput label="Role of the contact in the deal" {...form.getInputProps("role")} />
            <TextInput label="Opportunity" withAsterisk {...form.getInputProps("name")} />
            <Group grow>
              <NumberInput
                label="Value"
                withAsterisk
                prefix="$"
                thousandSeparator
                min={0}
                decimalScale={2}
                {...form.getInputProps("amount")}
              />
              <TextInput label="Expected close date" type="date" withAsterisk {...form.getInputProps("closeDate")} />
            </Group>
            <Group grow>
              <Select
                label="Stage"
                placeholder="First of the pipeline"
                clearable
                data={(stages.data ?? [])
                  .filter(({ kind, isDefaultPipeline }) => kind === "open" && isDefaultPipeline)
                  .map(({ id, name }) => ({ value: id, label: name }))}
                {...form.getInputProps("stageId")}
              />
              <NumberInput
                label="Probability"
                placeholder="The stage's"
                suffix=" %"
                min={0}
                max={100}
                {...form.getInputProps("probability")}
              />
            </Group>
            <Group grow>
              <TextInput label="Next step" withAsterisk {...form.getInputProps("nextStep")} />
              <TextInput label="by" type="date" withAsterisk {...form.getInputProps("nextStepDue")} />
            </Group>
            <Textarea label="Goals of the customer" autosize minRows={2} maxRows={6} {...form.getInputProps("goals")} />
            <Select
              label="Owner of the opportunity"
              searchable
              allowDeselect={false}
              data={(people.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
              {...form.getInputProps("ownerId")}
            />
            {isHandover ? (
              <Textarea
                label="Handover note for the new owner"
                withAsterisk
                autosize
                minRows={2}
                {...form.getInputProps("handoverNote")}
              />
            ) : null}
            <Group justify="flex-end" mt="xs">
              <Button variant="default" onClick={onClose}>
                Cancel
              </Button>
              <Button type="submit" loading={convert.isPending}>
                Convert
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
