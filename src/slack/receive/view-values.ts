import type { FormValues } from '../frame/feature.ts';

/** What the fields of a view hold, by the name of the field. */
export function valuesIn(state: Record<string, Record<string, unknown>>): FormValues {
  const values: FormValues = {};
  for (const fields of Object.values(state)) {
    for (const [name, raw] of Object.entries(fields)) values[name] = valueIn(raw as Record<string, unknown>);
  }
  return values;
}

function valueIn(field: Record<string, unknown>): FormValues[string] {
  const many = field.selected_options as { value: string }[] | undefined;
  if (field.type === 'checkboxes') return (many ?? []).length > 0;
  if (many) return many.map((one) => one.value);
  if (field.type === 'datepicker') return (field.selected_date as string | null | undefined) ?? null;
  if (field.type === 'users_select') return (field.selected_user as string | null | undefined) ?? null;
  const one = field.selected_option as { value: string } | null | undefined;
  return one ? one.value : ((field.value as string | null | undefined) ?? null);
}
