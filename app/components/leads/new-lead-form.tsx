import { Button, Group, Modal, NumberInput, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useNavigate } from "@remix-run/react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { Inputs } from "../../client-navigation.ts";
import { api, errorInfo, trpc } from "../../trpc.ts";
import { useMe } from "../me.tsx";
import { showDone, showError } from "../notify.ts";
import { SOURCES } from "./words.ts";

const orNull = (text: string): string | null => text.trim() || null;

/** Enters a lead by hand: who it is, where it came from, and who takes it. */
export function NewLeadForm({ onClose }: { onClose(): void }) {
  const me = useMe();
  const navigate = useNavigate();
  const client = useQueryClient();
  const campaigns = useQuery(trpc.leads.campaigns.queryOptions());
  const form = useForm({
    initialValues: {
      firstName: "",
      lastName: "",
      company: "",
      title: "",
      email: "",
      phone: "",
      website: "",
      country: "",
      industry: "",
      employees: "" as number | string,
      description: "",
      source: "web",
      campaignId: null as string | null,
      assign: "rules",
    },
    validate: { lastName: (value) => (value.trim() ? null : "This is needed") },
  });
  const save = useMutation({
    mutationFn: (values: typeof form.values) =>
      api.leads.create.mutate({
        firstName: values.firstName,
        lastName: values.lastName,
        company: values.company,
        title: orNull(values.title),
        email: orNull(values.email),
        phone: orNull(values.phone),
        website: orNull(values.website),
        country: orNull(values.country),
        industry: orNull(values.industry),
        employees: values.employees === "" ? null : Number(values.employees),
        description: orNull(values.description),
        source: values.source as Inputs["leads"]["create"]["source"],
        campaignId: values.campaignId,
        ownerId: values.assign === "me" ? me.userId : null,
      }),
    onSuccess: async ({ id }, values) => {
      await client.invalidateQueries({ queryKey: trpc.leads.pathKey() });
      onClose();
      if (values.assign === "me") navigate(`/apps/crm/leads/${id}`);
      else showDone("Lead saved and assigned by rule");
    },
    onError: (error) => {
      const fields = errorInfo(error)?.details.fields;
      if (fields && typeof fields === "object") form.setErrors(fields as Record<string, string>);
      showError(error);
    },
  });
  return (
    <Modal opened onClose={onClose} title="New lead" size="lg">
      <form onSubmit={form.onSubmit((values) => save.mutate(values))} noValidate>
        <Stack gap="sm">
          <Group grow>
            <TextInput label="First name" data-autofocus {...form.getInputProps("firstName")} />
            <TextInput label="Last name" withAsterisk {...form.getInputProps("lastName")} />
          </Group>
          <Group grow>
            <TextInput label="Company" {...form.getInputProps("company")} />
            <TextInput label="Title" {...form.getInputProps("title")} />
          </Group>
          <Group grow>
            <TextInput label="E-mail" type="email" {...form.getInputProps("email")} />
            <TextInput label="Phone" {...form.getInputProps("phone")} />
          </Group>
          <Group grow>
            <TextInput label="Website" {...form.getInputProps("website")} />
            <TextInput label="Country" {...form.getInputProps("country")} />
          </Group>
          <Group grow>
            <TextInput label="Industry" {...form.getInputProps("industry")} />
            <NumberInput label="Employees" min={0} allowDecimal={false} {...form.getInputProps("employees")} />
          </Group>
          <Group grow>
            <Select label="Source" data={SOURCES} allowDeselect={false} {...form.getInputProps("source")} />
            <Select
              label="Campaign"
              clearable
              data={(campaigns.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
              {...form.getInputProps("campaignId")}
            />
          </Group>
          <Textarea label="What they want" autosize minRows={2} maxRows={6} {...form.getInputProps("description")} />
          <Select
            label="Owner"
            allowDeselect={false}
            data={[
              { value: "rules", label: "By the assignment rules" },
              { value: "me", label: `${me.name} (me)` },
            ]}
            {...form.getInputProps("assign")}
          />
          <Group justify="flex-end" mt="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
