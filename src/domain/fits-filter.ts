// A list's filter on what is in memory, as `db/list-filter.ts` is on rows.
import type { FilterOperator, ListFilter } from './list-filter.ts';

const COMPARED: Record<FilterOperator, (order: number) => boolean> = {
  eq: (order) => order === 0,
  ne: (order) => order !== 0,
  gt: (order) => order > 0,
  ge: (order) => order >= 0,
  lt: (order) => order < 0,
  le: (order) => order <= 0,
};

/** Whether the texts fit a filter, compared without case. A field that isn't among them is empty. */
export function fitsFilter(filter: ListFilter, texts: Readonly<Record<string, string>>): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.parts.every((part) => fitsFilter(part, texts));
    case 'or':
      return filter.parts.some((part) => fitsFilter(part, texts));
    case 'not':
      return !fitsFilter(filter.part, texts);
    case 'compare': {
      const [one, other] = [lowerOf(texts, filter.field), String(filter.value).toLowerCase()];
      return COMPARED[filter.operator](one === other ? 0 : one < other ? -1 : 1);
    }
    case 'match': {
      const [text, part] = [lowerOf(texts, filter.field), filter.text.toLowerCase()];
      if (filter.how === 'contains') return text.includes(part);
      return filter.how === 'starts' ? text.startsWith(part) : text.endsWith(part);
    }
  }
}

const lowerOf = (texts: Readonly<Record<string, string>>, field: string): string =>
  (Object.hasOwn(texts, field) ? (texts[field] ?? '') : '').toLowerCase();
