import { Text } from "@mantine/core";
import { EditableField } from "../../components/editable-field.tsx";
import { Money } from "../../components/format.tsx";
import { useMe } from "../../components/me.tsx";
import { useAccountChanges, type Account } from "./use-account-changes.ts";

export const TIER_WORDS = { strategic: "Strategic", key: "Key", standard: "Standard" } as const;
const TIERS = Object.entries(TIER_WORDS).map(([value, label]) => ({ value, label }));
const NOT_GIVEN = <span className="muted">Not given</span>;

/** Who the customer is. */
export function AccountFields({ account }: { account: Account }) {
  const canEdit = useMe().can("account:write");
  const { update } = useAccountChanges(account);
  const text = (label: string, field: "name" | "industry" | "country" | "city" | "domain" | "phone") => (
    <EditableField
      label={label}
      value={account[field] ?? ""}
      canEdit={canEdit}
      isSaving={update.isPending}
      onSave={(value) => update.mutate({ [field]: value.trim() || null })}
    >
      {account[field] ?? NOT_GIVEN}
    </EditableField>
  );
  return (
    <dl className="panel fields">
      {text("Name", "name")}
      {text("Industry", "industry")}
      {text("Country", "country")}
      {text("Domain", "domain")}
      {text("Phone", "phone")}
      <div className="field">
        <Text size="xs" c="dimmed" component="dt">
          Annual revenue
        </Text>
        <dd className="field-value">
          {account.annualRevenueCents === null ? (
            NOT_GIVEN
          ) : (
            <Money cents={account.annualRevenueCents} currency={account.currency} />
          )}
        </dd>
      </div>
      <div className="field">
        <Text size="xs" c="dimmed" component="dt">
          Employees
        </Text>
        <dd className="field-value tabular">{account.employees?.toLocaleString("en-US") ?? NOT_GIVEN}</dd>
      </div>
    </dl>
  );
}

/** How much the account matters and what we are after there. */
export function StrategyFields({ account }: { account: Account }) {
  const canEdit = useMe().can("account:write");
  const { update } = useAccountChanges(account);
  const field = (label: string, name: "goals" | "whitespace" | "competitors") => (
    <EditableField
      label={label}
      kind="multiline"
      value={account[name] ?? ""}
      canEdit={canEdit}
      isSaving={update.isPending}
      onSave={(value) => update.mutate({ [name]: value.trim() || null })}
    >
      <span className="prose">{account[name] ?? NOT_GIVEN}</span>
    </EditableField>
  );
  return (
    <dl className="fields">
      <EditableField
        label="Tier"
        kind="select"
        options={TIERS}
        value={account.tier ?? ""}
        canEdit={canEdit}
        isSaving={update.isPending}
        onSave={(tier) => update.mutate({ tier: tier as keyof typeof TIER_WORDS })}
      >
        {account.tier ? TIER_WORDS[account.tier] : NOT_GIVEN}
      </EditableField>
      {field("Goals", "goals")}
      {field("Whitespace", "whitespace")}
      {field("Competitors", "competitors")}
    </dl>
  );
}
