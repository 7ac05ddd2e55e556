// The table of kinds of batches.
import type { Batch } from '../../db/batches/batches.ts';
import { importedRow } from '../imports/rows.ts';
import type { BatchKind } from './kind.ts';

const KINDS: Record<Batch['kind'], BatchKind> = { import: importedRow };

export const kindNamed = (name: Batch['kind']): BatchKind => KINDS[name];
