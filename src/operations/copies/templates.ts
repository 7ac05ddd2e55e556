// Mail templates from elsewhere, beside those of here.
import type { Context } from '../frame/context.ts';
import { checkTemplateText, demandTemplate, isSameText } from '../templates/input.ts';
import { listTemplates } from '../templates/list.ts';
import { saveTemplate } from '../templates/save.ts';
import { asNew, type CopyMemory, compared, readAs, readBy, type Verdict, verdict } from './outcome.ts';
import type { Copied } from './record.ts';

/** Only those that somebody changed there come here; one that somebody changed here is left as it is. */
export async function judgeTemplates(
  context: Context,
  _memory: CopyMemory,
  page: Copied<'template'>[],
): Promise<Verdict[]> {
  const { templates: ours } = await listTemplates(context, {});
  return page.map(({ id, subject, body }): Verdict => {
    const there = ours.find((one) => one.name.toLowerCase() === id.toLowerCase());
    if (!there) return verdict('skipped', 'nothing here sends such a mail');
    if (!there.isDefault)
      return compared({ subject: there.subject === subject, text: isSameText(there.body, body) });
    const given = {
      template: there.name,
      expectedVersion: there.version,
      subject,
      body,
      syntax: 'xhtml' as const,
    };
    const { wanted, fault } = readAs(saveTemplate.input, given);
    if (!wanted) return fault;
    const { fault: textFault } = readBy(() =>
      checkTemplateText(context, demandTemplate(there.name), { subject, body, syntax: 'xhtml' }),
    );
    return textFault ?? asNew(() => saveTemplate(context, given));
  });
}
