// The link to an exported definition carries all that it leads to, sealed, so that nothing is stored for it.
import { z } from 'zod';
import { openSealedText, SealedTextError, sealText } from '../../security/sealed-text.ts';
import * as input from '../catalog/input.ts';
import type { Act } from '../frame/context.ts';

const LIFETIME_MS = 5 * 60_000;

export const exportedApi = { apiId: input.apiId, format: z.enum(['openapi', 'swagger']) };
const link = z.strictObject({ ...exportedApi, until: z.number() });
type ExportedApi = Omit<z.output<typeof link>, 'until'>;

const purposeOf = ({ service }: Act) => `export of an API of ${service.id}`;

/** Works for five minutes. */
export function sealExportLink(act: Act, exported: ExportedApi): string {
  const text = JSON.stringify({ ...exported, until: act.now.getTime() + LIFETIME_MS });
  return sealText(act.keyring, purposeOf(act), text, act.random);
}

/** Null for a text that wasn't sealed for this, and after its time. */
export function openExportLink(act: Act, sealed: string): ExportedApi | null {
  try {
    const { until, ...exported } = link.parse(
      JSON.parse(openSealedText(act.keyring, purposeOf(act), sealed)),
    );
    return until > act.now.getTime() ? exported : null;
  } catch (error) {
    if (error instanceof SealedTextError) return null;
    throw error;
  }
}
