// The table of kinds of batches.
import type { Batch } from '../../db/batches/batches.ts';
import { accountRow } from '../account-batches/row.ts';
import { importedRow } from '../imports/rows.ts';
import type { BatchKind } from './kind.ts';

const KINDS: Record<Batch['kind'], BatchKind> = { accounts: accountRow, import: importedRow };

export const kindNamed = (name: Batch['kind']): BatchKind => KINDS[name];
