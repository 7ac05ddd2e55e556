import { describe, expect, it } from 'vitest';
import { fitsFilter, type ListFilter } from '../../src/domain/list-filter.ts';
import { readFilter, textField } from '../../src/management/filter.ts';

const read = (source: string, field: string) =>
  readFilter(source, { [field]: textField(field) }) as ListFilter;
const fits = (source: string, name: string) => fitsFilter(read(source, 'name'), { name });

describe('a filter on values in memory', () => {
  it.each([
    ["name eq 'ANN'", 'ann', true],
    ["name eq 'ann'", 'anna', false],
    ["name ne 'ann'", 'Anna', true],
    ["name ne 'ANN'", 'ann', false],
    ["name gt 'ann'", 'anna', true],
    ["name gt 'ann'", 'Ann', false],
    ["name ge 'ann'", 'ANN', true],
    ["name lt 'b'", 'Ann', true],
    ["name le 'ann'", 'ann', true],
    ["name le 'ann'", 'bob', false],
    ["contains(name, 'NN')", 'anna', true],
    ["substringof('nn', name)", 'ann', true],
    ["startswith(name, 'n')", 'ann', false],
    ["startswith(name, 'An')", 'ann', true],
    ["endswith(name, 'N')", 'ann', true],
    ["endswith(name, 'a')", 'ann', false],
    ["not contains(name, 'x')", 'ann', true],
    ["name eq 'a' or name eq 'b' and not name eq 'b'", 'b', false],
    ["(name eq 'a' or name eq 'b') and name ne 'a'", 'b', true],
    ["name eq 'it''s'", "it's", true],
    ["name eq '%'", 'x', false],
  ])('%s on %s is %s', (filter, name, isFitting) => {
    expect(fits(filter, name)).toBe(isFitting);
  });

  it('reads a missing field as empty', () => {
    expect(fitsFilter(read("toString eq ''", 'toString'), {})).toBe(true);
  });
});
