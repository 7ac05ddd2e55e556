// The texts of mails: Azure's e-mail templates.
import { z } from 'zod';
import { DomainError } from '../domain/domain-error.ts';
import { queryTemplates } from '../operations/templates/query.ts';
import { restoreDefaultTemplate } from '../operations/templates/restore-default.ts';
import { saveTemplate } from '../operations/templates/save.ts';
import { type Address, resourceId } from './address.ts';
import { ignored, readProperties, text } from './body.ts';
import { expectedVersion } from './if-match.ts';
import { collection, cursorOf, pageOf } from './page.ts';
import { type Answer, type Call, named, type Route, read } from './route.ts';

const ONE = 'templates/{templateName}';

export const TEMPLATE_ROUTES: Route[] = named({ template: 'templateName', name: 'templateName' }, [
  ...read('EmailTemplate_ListByService', 'templates', listTemplates),
  ...read('EmailTemplate_Get', ONE, (call) => getOne(call), 'EmailTemplate_GetEntityTag'),
  { method: 'PUT', path: ONE, operation: 'EmailTemplate_CreateOrUpdate', run: putOne },
  { method: 'PATCH', path: ONE, operation: 'EmailTemplate_Update', run: patchOne },
  { method: 'DELETE', path: ONE, operation: 'EmailTemplate_Delete', run: deleteOne },
]);

/** What the product says of a mail, and what may be filled in, is the product's: it may be sent, and is left alone. */
const PARAMETER = z.object({
  name: z
    .string('must have a name')
    .max(256, 'must have names of at most 256 characters')
    .regex(/^[A-Za-z0-9-._]+$/, 'must have names of letters, digits and any of - . _')
    .nullish(),
  title: z
    .string('must have titles that are texts')
    .max(4_096, 'must have titles of at most 4096 characters')
    .nullish(),
  description: z
    .string('must have descriptions that are texts')
    .max(256, 'must have descriptions of at most 256 characters')
    .nullish(),
});
const PROPERTIES = {
  subject: text.refine((subject) => subject !== '', 'must have 1 to 1000 characters'),
  body: text.refine((body) => body !== '', 'must have 1 character at least'),
  title: text,
  description: text,
  parameters: z
    .array(PARAMETER, 'must be a list of parameters, { "name", "title", "description" } each')
    .max(100, 'must be 100 at most')
    .optional(),
  isDefault: ignored,
};

type Template = Awaited<ReturnType<typeof queryTemplates>>['templates'][number];

function viewTemplate(address: Address, { name, variables, ...template }: Template) {
  const { subject, body, title, description, isDefault } = template;
  return {
    id: resourceId(address, 'templates', name),
    type: 'Microsoft.ApiManagement/service/templates',
    name,
    properties: { subject, body, title, description, isDefault, parameters: variables },
  };
}

async function listTemplates(call: Call): Promise<Answer> {
  const wanted = { ...pageOf(call), ...cursorOf<string>(call) };
  const { templates, count, next } = await queryTemplates(call.context, wanted);
  return collection(
    call,
    templates.map((template) => viewTemplate(call.address, template)),
    count,
    next,
  );
}

async function getOne(call: Call, status: 200 | 201 = 200): Promise<Answer> {
  const { templates } = await queryTemplates(call.context, { name: nameIn(call) });
  const [template] = templates;
  if (!template) throw new DomainError('template_not_found');
  return { status, body: viewTemplate(call.address, template), version: template.version };
}

async function putOne(call: Call): Promise<Answer> {
  const { wasDefault } = await save(call, false);
  return getOne(call, wasDefault ? 201 : 200);
}

async function patchOne(call: Call): Promise<Answer> {
  await save(call, true);
  return getOne(call);
}

function save(call: Call, isMatchNeeded: boolean) {
  const { subject, body } = readProperties(call, PROPERTIES);
  return saveTemplate(call.context, {
    template: nameIn(call),
    ...expected(call, isMatchNeeded),
    ...(subject === undefined ? {} : { subject }),
    ...(body === undefined ? {} : { body, syntax: 'xhtml' }),
  });
}

async function deleteOne(call: Call): Promise<Answer> {
  const wanted = { template: nameIn(call), ...expected(call, true) };
  const { wasDefault } = await restoreDefaultTemplate(call.context, wanted);
  return { status: wasDefault ? 204 : 200 };
}

function expected(call: Call, isNeeded: boolean): { expectedVersion?: number } {
  const version = expectedVersion(call, isNeeded);
  return version === undefined ? {} : { expectedVersion: version };
}

const nameIn = ({ params }: Call): string => params.templateName ?? '';
