// A list's filter as SQL. What a person or program typed is always a parameter.
import { and, type Column, not, or, type SQL, sql } from 'drizzle-orm';
import type { FilterOperand, FilterOperator, ListFilter } from '../domain/list-filter.ts';

/** `exact`: case makes a difference, as in states. `lowered`: stored in lower case, and indexed so. */
type FilterColumn = {
  column: Column | SQL;
  text?: 'exact' | 'lowered';
  isNullable?: true;
  /** Where the text is an id of another table's row: the indexed column that refers to it, and a query of the rows that have the id. */
  reference?: { column: Column; idsOf(text: string): SQL };
};

export type FilterColumns<Field extends string> = Readonly<Record<Field, FilterColumn>>;

export function filterCondition<Field extends string>(
  filter: ListFilter<Field>,
  columns: FilterColumns<Field>,
): SQL {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const parts = filter.parts.map((part) => filterCondition(part, columns));
      return (filter.kind === 'and' ? and(...parts) : or(...parts)) as SQL;
    }
    case 'not':
      return not(filterCondition(filter.part, columns));
    case 'compare': {
      const { value, operator } = filter;
      const byReference =
        operator === 'eq' && typeof value === 'string' && refersTo(filter.field, value, columns);
      if (byReference) return byReference;
      const found = columnOf(filter.field, columns);
      if (value instanceof Date)
        return sql`${found.column} ${SIGNS[operator]} ${value.toISOString()}::timestamptz`;
      if (typeof value === 'boolean') return sql`${found.column} ${SIGNS[operator]} ${value}`;
      const [column, text] = comparable(found, value);
      return sql`${column} ${SIGNS[operator]} ${text}`;
    }
    case 'match': {
      const part = filter.text.replace(/[\\%_]/g, '\\$&');
      const pattern = { contains: `%${part}%`, starts: `${part}%`, ends: `%${part}` }[filter.how];
      const [column, text] = comparable(columnOf(filter.field, columns), pattern);
      return sql`${column} like ${text}`;
    }
  }
}

const SIGNS: Record<FilterOperator, SQL> = {
  eq: sql`=`,
  ne: sql`<>`,
  gt: sql`>`,
  ge: sql`>=`,
  lt: sql`<`,
  le: sql`<=`,
};

function columnOf<Field extends string>(
  operand: FilterOperand<Field>,
  columns: FilterColumns<Field>,
): FilterColumn {
  if (typeof operand === 'string') {
    const found = columns[operand];
    // A null compares as the empty text, so that `ne` finds its row too.
    return found.isNullable ? { ...found, column: sql`coalesce(${found.column}, '')` } : found;
  }
  const parts = operand.firstOf.map(({ prefix, field }) =>
    field === undefined ? sql`${prefix}::text` : sql`${prefix}::text || ${columns[field].column}`,
  );
  return { column: sql`coalesce(${sql.join(parts, sql`, `)})` };
}

/**
 * The same as comparing the texts, but the indexes of both tables find the rows. Null when a field refers to no other table.
 * Never null in SQL, so that `not` turns it round.
 */
function refersTo<Field extends string>(
  operand: FilterOperand<Field>,
  text: string,
  columns: FilterColumns<Field>,
): SQL | null {
  const isRowOf = ({ column, idsOf }: NonNullable<FilterColumn['reference']>, id: string) =>
    sql`(${column} is not null and ${column} = any (array(${idsOf(id)})))`;
  if (typeof operand === 'string') {
    const { reference } = columns[operand];
    return reference && text !== '' ? isRowOf(reference, text) : null;
  }
  const isEarlierNull: SQL[] = [];
  const ways: (SQL | undefined)[] = [];
  for (const { prefix, field } of operand.firstOf) {
    const reference = field && columns[field].reference;
    if (field && !reference) return null;
    const id = text.slice(prefix.length);
    const isPrefixed = text.slice(0, prefix.length).toLowerCase() === prefix;
    if (isPrefixed && reference && id !== '') ways.push(and(...isEarlierNull, isRowOf(reference, id)));
    if (isPrefixed && !reference && id === '') ways.push(and(...isEarlierNull, sql`true`));
    if (reference) isEarlierNull.push(sql`${reference.column} is null`);
  }
  return or(...ways) ?? sql`false`;
}

function comparable({ column, text }: FilterColumn, value: string): [column: Column | SQL, value: SQL] {
  if (text === 'exact') return [column, sql`${value}`];
  return [text === 'lowered' ? column : sql`lower(${column})`, sql`lower(${value}::text)`];
}
