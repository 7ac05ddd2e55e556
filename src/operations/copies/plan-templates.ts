// Plans the copy of mail templates.
import type { Copied } from '../../domain/azure-record.ts';
import type { Context } from '../frame/context.ts';
import { checkTemplateText, demandTemplate, isSameText } from '../templates/input.ts';
import { listTemplates } from '../templates/list.ts';
import { saveTemplate } from '../templates/save.ts';
import {
  applyRule,
  type CopyMemory,
  inputFor,
  type PlannedCopy,
  planned,
  plannedComparison,
  plannedNew,
} from './planned-copy.ts';

/** Only templates that were changed there are copied; one that was changed here stays as it is. */
export async function planTemplates(
  context: Context,
  _memory: CopyMemory,
  page: Copied<'template'>[],
): Promise<PlannedCopy[]> {
  const { templates: ours } = await listTemplates(context, {});
  return page.map(({ id, subject, body }): PlannedCopy => {
    const there = ours.find((one) => one.name.toLowerCase() === id.toLowerCase());
    if (!there) return planned('skipped', 'nothing here sends such a mail');
    if (!there.isDefault)
      return plannedComparison({ subject: there.subject === subject, text: isSameText(there.body, body) });
    const given = {
      template: there.name,
      expectedVersion: there.version,
      subject,
      body,
      syntax: 'xhtml' as const,
    };
    const { wanted, fault } = inputFor(saveTemplate.input, given);
    if (!wanted) return fault;
    const { fault: textFault } = applyRule(() =>
      checkTemplateText(context, demandTemplate(there.name), { subject, body, syntax: 'xhtml' }),
    );
    return textFault ?? plannedNew(() => saveTemplate(context, given));
  });
}
