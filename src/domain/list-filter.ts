// The filter of a list: a tree of conditions, independent of the language that a surface reads it from.

export const FILTER_OPERATORS = ['ge', 'le', 'eq', 'ne', 'gt', 'lt'] as const;
export type FilterOperator = (typeof FILTER_OPERATORS)[number];
export const TEXT_MATCHES = ['contains', 'starts', 'ends'] as const;
export type TextMatch = (typeof TEXT_MATCHES)[number];

/** A field, or a text built from the row: the first of these whose field has a value, behind its prefix. */
export type FilterOperand<Field extends string = string> =
  | Field
  | { firstOf: readonly { prefix: string; field?: Field | undefined }[] };

export type ListFilter<Field extends string = string> =
  | { kind: 'and' | 'or'; parts: ListFilter<Field>[] }
  | { kind: 'not'; part: ListFilter<Field> }
  | {
      kind: 'compare';
      field: FilterOperand<Field>;
      operator: FilterOperator;
      value: string | boolean | Date;
    }
  | { kind: 'match'; field: FilterOperand<Field>; how: TextMatch; text: string };

const IS_TRUE: Record<FilterOperator, (order: number) => boolean> = {
  eq: (order) => order === 0,
  ne: (order) => order !== 0,
  gt: (order) => order > 0,
  ge: (order) => order >= 0,
  lt: (order) => order < 0,
  le: (order) => order <= 0,
};

/** Whether texts in memory fit a filter, ignoring case. A field without a text counts as empty. */
export function fitsFilter(filter: ListFilter, texts: Readonly<Record<string, string>>): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.parts.every((part) => fitsFilter(part, texts));
    case 'or':
      return filter.parts.some((part) => fitsFilter(part, texts));
    case 'not':
      return !fitsFilter(filter.part, texts);
    case 'compare': {
      const [one, other] = [textOf(texts, filter.field), String(filter.value).toLowerCase()];
      return IS_TRUE[filter.operator](one === other ? 0 : one < other ? -1 : 1);
    }
    case 'match': {
      const [text, part] = [textOf(texts, filter.field), filter.text.toLowerCase()];
      if (filter.how === 'contains') return text.includes(part);
      return filter.how === 'starts' ? text.startsWith(part) : text.endsWith(part);
    }
  }
}

function textOf(texts: Readonly<Record<string, string>>, operand: FilterOperand): string {
  const text = (field: string) => (Object.hasOwn(texts, field) ? texts[field] : undefined);
  if (typeof operand === 'string') return (text(operand) ?? '').toLowerCase();
  const found = operand.firstOf.find(({ field }) => field === undefined || text(field) !== undefined);
  return found ? `${found.prefix}${found.field ? text(found.field) : ''}`.toLowerCase() : '';
}
