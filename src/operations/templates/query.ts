import { z } from 'zod';
import { FIRST_VERSION, listMailTexts } from '../../db/outbox/mails.ts';
import { fitsFilter } from '../../domain/fits-filter.ts';
import { type FilterFields, parseListFilter } from '../../domain/list-filter.ts';
import { TEMPLATES, xhtmlOf } from '../../mail/templates/catalog.ts';
import { defineOperation, READERS } from '../frame/operation.ts';
import { page } from '../frame/page-input.ts';

const FIELDS: FilterFields = { name: 'text' };
const BY_NAME = [...TEMPLATES].sort((one, other) => (one.name < other.name ? -1 : 1));

/**
 * A page of mail templates by name, bodies in XHTML, with the count of all that fit; `name`: only that one.
 * Errors: `invalid_input` for `$filter`. Source: Azure, EmailTemplate_ListByService.
 */
export const queryTemplates = defineOperation({
  name: 'templates/query',
  allowed: READERS,
  effect: 'read',
  input: z.strictObject({
    ...page,
    name: z.string().max(2_000).optional(),
    after: z.string().max(100).optional(),
  }),
  async run(act, { filter: source, name, top, skip, after }) {
    const filter = source ? parseListFilter(source, FIELDS) : null;
    const wanted = BY_NAME.filter(
      (one) =>
        (name === undefined || one.name.toLowerCase() === name.toLowerCase()) &&
        (!filter || fitsFilter(filter, { name: one.name })),
    );
    const behind = after === undefined ? wanted.slice(skip) : wanted.filter((one) => one.name > after);
    const shown = behind.slice(0, top);
    const kept = await listMailTexts(act.tx, act.service.id);
    return {
      templates: shown.map(({ name: template, title, description, variables, subject, body }) => {
        const { version, text } = kept.get(template) ?? { version: FIRST_VERSION, text: null };
        return {
          ...{ name: template, title, description, variables, version },
          subject: text?.subject ?? subject,
          body: xhtmlOf(template, text ?? { subject, body }),
          isDefault: text === null,
        };
      }),
      count: wanted.length,
      next: behind.length > top ? (shown.at(-1)?.name ?? null) : null,
    };
  },
});
