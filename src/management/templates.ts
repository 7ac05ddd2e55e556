// The texts of mails, as Azure's email templates.
import { z } from 'zod';
import { listTemplates } from '../operations/templates/list.ts';
import { restoreDefaultTemplate } from '../operations/templates/restore-default.ts';
import { saveTemplate } from '../operations/templates/save.ts';
import { type Address, resourceFields } from './address.ts';
import { ignored, readProperties, text } from './body.ts';
import { textField } from './filter.ts';
import { readIfMatch } from './if-match.ts';
import { cursorOf, listResponse, pageOf } from './page.ts';
import { defineResource, hasValues, putResource } from './resource.ts';
import {
  changeRoutes,
  type ManagementRequest,
  type ManagementResponse,
  type Route,
  readRoutes,
  withAzureNames,
} from './route.ts';

const PATH = 'templates/{templateName}';

export const TEMPLATE_ROUTES: Route[] = withAzureNames({ template: 'templateName', name: 'templateName' }, [
  ...readRoutes('EmailTemplate_ListByService', 'templates', listTemplatesOfService),
  ...readRoutes('EmailTemplate_Get', PATH, (request) => TEMPLATE.get(request), 'EmailTemplate_GetEntityTag'),
  ...changeRoutes(PATH, {
    PUT: ['EmailTemplate_CreateOrUpdate', saveTemplate, putTemplate],
    PATCH: ['EmailTemplate_Update', saveTemplate, patchTemplate],
    DELETE: ['EmailTemplate_Delete', restoreDefaultTemplate, resetTemplate],
  }),
]);

/** Titles, descriptions and parameters are fixed here: a client may send them, and they are ignored. */
const PARAMETER = z.object({
  name: z
    .string('must have a name')
    .max(256, 'must have names of at most 256 characters')
    .regex(/^[A-Za-z0-9-._]+$/, 'must have names of letters, digits and any of - . _')
    .nullish(),
  title: z
    .string('must have titles that are strings')
    .max(4_096, 'must have titles of at most 4096 characters')
    .nullish(),
  description: z
    .string('must have descriptions that are strings')
    .max(256, 'must have descriptions of at most 256 characters')
    .nullish(),
});
const PROPERTIES = {
  subject: text.refine((subject) => subject !== '', 'must have 1 to 1000 characters'),
  body: text.refine((body) => body !== '', 'must have at least 1 character'),
  title: text,
  description: text,
  parameters: z
    .array(PARAMETER, 'must be a list of parameters, { "name", "title", "description" } each')
    .max(100, 'must have at most 100 entries')
    .optional(),
  isDefault: ignored,
};

type Template = Awaited<ReturnType<typeof listTemplates>>['templates'][number];

function viewTemplate(address: Address, { name, variables, ...template }: Template) {
  const { subject, body, azureTitle: title, description, isDefault } = template;
  return {
    ...resourceFields(address, 'templates', name),
    properties: { subject, body, title, description, isDefault, parameters: variables },
  };
}

async function listTemplatesOfService(request: ManagementRequest): Promise<ManagementResponse> {
  const fields = { name: textField('name') };
  const wanted = { order: 'name' as const, ...pageOf(request, fields), ...cursorOf<string>(request) };
  const { templates, ...page } = await listTemplates(request.context, wanted);
  const value = templates.map((template) => viewTemplate(request.address, template));
  return listResponse(request, value, page);
}

const TEMPLATE = defineResource({
  find: async (request): Promise<Template | null> =>
    (await listTemplates(request.context, { name: nameIn(request) })).templates[0] ?? null,
  view: viewTemplate,
  missing: 'template_not_found',
});

async function putTemplate(request: ManagementRequest): Promise<ManagementResponse> {
  const { subject, body } = readProperties(request, PROPERTIES);
  const put = async (expected: { expectedVersion?: number }) => {
    const { wasDefault } = await save(request, { subject, body }, expected);
    return TEMPLATE.get(request, wasDefault ? 201 : 200);
  };
  return putResource(request, {
    find: () => TEMPLATE.find(request),
    isAsGiven: (template) => !template.isDefault && hasValues(template, { subject, body }),
    // Every mail has a text, so only an unknown name gets here, and is refused.
    create: () => put({}),
    update: (_template, expected) => put(expected),
    respond: (template) => TEMPLATE.respond(request, template),
  });
}

async function patchTemplate(request: ManagementRequest): Promise<ManagementResponse> {
  await save(request, readProperties(request, PROPERTIES), readIfMatch(request, 'required'));
  return TEMPLATE.get(request);
}

function save(
  request: ManagementRequest,
  { subject, body }: { subject?: string | undefined; body?: string | undefined },
  expected: { expectedVersion?: number },
) {
  return saveTemplate(request.context, {
    template: nameIn(request),
    ...expected,
    ...(subject === undefined ? {} : { subject }),
    ...(body === undefined ? {} : { body, syntax: 'xhtml' }),
  });
}

async function resetTemplate(request: ManagementRequest): Promise<ManagementResponse> {
  const wanted = { template: nameIn(request), ...readIfMatch(request, 'required') };
  const { wasDefault } = await restoreDefaultTemplate(request.context, wanted);
  return { status: wasDefault ? 204 : 200 };
}

const nameIn = ({ params }: ManagementRequest): string => params.templateName ?? '';
