import type { ModalView } from '@slack/types';
import { MAX_API_PATH_LENGTH, parseApiPath } from '../../domain/api-path.ts';
import { refusedFields } from '../../domain/domain-error.ts';
import { MAX_DOCUMENT_LINK_LENGTH } from '../../operations/apis/document.ts';
import { catalogName, MAX_CATALOG_NAME_LENGTH } from '../../operations/catalog/input.ts';
import type { ApiView } from '../../operations/catalog/view.ts';
import { referenceTo } from '../frame/reference.ts';
import { checkbox, modal, section, textInput } from '../present/blocks.ts';
import { countedSubscriptions } from '../present/counts.ts';
import { escapeText } from '../present/text.ts';
import { deleteSubscriptionsCheckbox, tellSubscribersFirst } from './delete-with-subscriptions.ts';
import { blankErrors, type FormValues, schemaError, textOf } from './form.ts';

export const createApiModal = (): ModalView =>
  modal({
    callback: 'api-create',
    title: 'Create an API',
    submit: 'Create',
    blocks: [
      ...fields(),
      textInput('id', 'Id', {
        optional: true,
        maxLength: 80,
        hint: 'Gateways and programs use this id, and it never changes. Leave it empty to make one from the name.',
      }),
    ],
  });

export const editApiModal = (api: ApiView): ModalView =>
  modal({
    callback: 'api-edit',
    title: 'Edit an API',
    submit: 'Save',
    metadata: referenceTo(api),
    blocks: [
      section(`*${escapeText(api.name)}* · id \`${api.id}\`. Changes apply to calls at once.`),
      ...fields(api),
    ],
  });

/** Slack takes no file of this kind in a modal, so that one goes to the direct message. */
export const apiDocumentModal = (api: ApiView): ModalView =>
  modal({
    callback: 'api-document',
    title: 'OpenAPI document',
    submit: 'Save',
    metadata: referenceTo(api),
    blocks: [
      section(
        `*${escapeText(api.name)}* ${api.documentHash === null ? 'has no document yet. With one, the portal shows developers its endpoints.' : 'has a document, so the portal shows developers its endpoints. A new one replaces it.'} Send the file to me in our direct message as JSON or YAML, named \`${api.id}.yaml\` or with \`${api.id}\` as the text of the message. OpenAPI 3.0 or 3.1, up to 4 MB.`,
      ),
      textInput('link', 'Link to it', {
        optional: true,
        maxLength: MAX_DOCUMENT_LINK_LENGTH,
        hint: 'I read it once, now. Its address must be public.',
      }),
      ...(api.documentHash === null
        ? []
        : [
            checkbox(
              'removeDocument',
              'Remove',
              'Take the document away, and its endpoints from the portal',
              false,
            ),
          ]),
    ],
  });

export function deleteApiModal(api: ApiView, subscriptions: number): ModalView {
  const consequence =
    subscriptions > 0
      ? ` ${countedSubscriptions(subscriptions)} ${subscriptions === 1 ? 'is' : 'are'} to this API alone.`
      : '';
  return modal({
    callback: 'api-delete',
    title: 'Delete an API',
    submit: 'Delete',
    metadata: { ...referenceTo(api), subscriptions },
    blocks: [
      section(
        `*${escapeText(api.name)}*: it leaves its products, and calls to its path are refused. This can't be undone.${consequence}`,
      ),
      ...tellSubscribersFirst('api-tell', api, subscriptions),
      ...deleteSubscriptionsCheckbox(subscriptions),
    ],
  });
}

export function apiErrors(values: FormValues): Record<string, string> {
  return {
    ...schemaError(values, 'name', catalogName),
    ...blankErrors(values, { name: 'Enter a name' }),
    ...refusedFields(() => parseApiPath(textOf(values, 'path'))),
  };
}

const fields = (api?: ApiView) => [
  textInput('name', 'Name', {
    value: api?.name ?? '',
    maxLength: MAX_CATALOG_NAME_LENGTH,
    hint: 'Developers see it.',
  }),
  textInput('path', 'Path', {
    value: api?.path ?? '',
    optional: true,
    maxLength: MAX_API_PATH_LENGTH,
    hint: 'Where the API begins behind the gateway, like orders/v1. Leave it empty for every path that no other API has.',
  }),
];
