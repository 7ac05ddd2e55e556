import { z } from 'zod';
import { listApis as listApiRows } from '../../db/catalog/apis.ts';
import * as input from '../catalog/input.ts';
import { viewApi } from '../catalog/view.ts';
import { defineOperation, OPERATORS } from '../frame/operation.ts';

const MAX_APIS_A_PAGE = 100;

/** A page of APIs by name, at most 100. `text`: only those whose name has it. */
export const listApis = defineOperation({
  name: 'apis/list',
  allowed: OPERATORS,
  effect: 'read',
  input: z.strictObject({
    limit: z.int().min(1).max(MAX_APIS_A_PAGE).default(MAX_APIS_A_PAGE),
    after: input.nameCursor.optional(),
    text: input.searchedText.optional(),
  }),
  async run(act, { limit, after, text }) {
    const rows = await listApiRows(act.tx, act.service.id, { limit: limit + 1, after, text });
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      apis: page.map(viewApi),
      next: rows.length > limit && last ? { name: last.name, id: last.id } : null,
    };
  },
});
