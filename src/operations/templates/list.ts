import { z } from 'zod';
import { FIRST_VERSION, listMailTexts } from '../../db/outbox/mails.ts';
import { fitsFilter } from '../../domain/list-filter.ts';
import { defaultText, TEMPLATES, xhtmlOf } from '../../mail/templates/catalog.ts';
import * as lists from '../frame/lists.ts';
import { ADMINS_AND_READERS, defineOperation } from '../frame/operation.ts';
import { ownLanguage } from './input.ts';

const TEMPLATES_A_PAGE = 100;

/**
 * Mail templates with their present text, the body in XHTML: by `catalog` all of them, as people know them, or by `name`
 * a page. With `isCounted`, how many match in all. `name`: only that one.
 */
export const listTemplates = defineOperation({
  name: 'templates/list',
  allowed: ADMINS_AND_READERS,
  effect: 'read',
  input: {
    name: z.string().max(2_000).optional(),
    filter: lists.filterInput(['name']),
    order: z.enum(['catalog', 'name']).default('catalog'),
    limit: lists.limit.default(TEMPLATES_A_PAGE),
    skip: lists.skip,
    after: z.string().max(100).optional(),
    isCounted: lists.isCounted,
  },
  async run(act, { name, filter, order, limit, skip, after, isCounted }) {
    const fitting = (order === 'catalog' ? TEMPLATES : BY_NAME).filter(
      (one) =>
        (name === undefined || one.name.toLowerCase() === name.toLowerCase()) &&
        (!filter || fitsFilter(filter, { name: one.name })),
    );
    const further = after === undefined ? fitting.slice(skip) : fitting.filter((one) => one.name > after);
    const { page, next } =
      order === 'catalog'
        ? { page: fitting, next: null }
        : lists.cutPage(further, limit, (last) => last.name);
    const stored = await listMailTexts(act.tx, act.service.id);
    return {
      templates: page.map(({ name: template, ...mail }) => {
        const { occasion, title, azureTitle = title, description, isInUse, variables } = mail;
        const byDefault = defaultText(template, ownLanguage(act));
        const { version, text } = stored.get(template) ?? { version: FIRST_VERSION, text: null };
        return {
          ...{ name: template, occasion, title, azureTitle, description, isInUse, variables, version },
          subject: text?.subject ?? byDefault.subject,
          body: xhtmlOf(template, text ?? byDefault, ownLanguage(act)),
          isDefault: text === null,
          changedBy: text?.changedBy ?? null,
          changedAt: text?.changedAt ?? null,
        };
      }),
      next,
      ...(isCounted ? { count: fitting.length } : {}),
    };
  },
});

const BY_NAME = [...TEMPLATES].sort((one, other) => (one.name < other.name ? -1 : 1));
