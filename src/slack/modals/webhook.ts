import type { InputBlock, ModalView } from '@slack/types';
import {
  MAX_WEBHOOK_NAME_LENGTH,
  MAX_WEBHOOK_URL_LENGTH,
  webhookUrl,
} from '../../operations/webhooks/webhook.ts';
import { referenceTo } from '../frame/reference.ts';
import { checkbox, modal, multiSearchInput, textInput } from '../present/blocks.ts';
import type { Webhook } from '../present/webhook.ts';
import { blankErrors, type FormValues, listOf, schemaError, textOf } from './form.ts';

export const createWebhookModal = (): ModalView =>
  modal({ callback: 'webhook-create', title: 'Make a webhook', submit: 'Make', blocks: fields() });

export const editWebhookModal = (webhook: Webhook): ModalView =>
  modal({
    callback: 'webhook-edit',
    title: 'Edit a webhook',
    submit: 'Save',
    metadata: referenceTo(webhook),
    blocks: fields(webhook),
  });

export const webhookErrors = (values: FormValues): Record<string, string> => ({
  ...schemaError(values, 'url', webhookUrl),
  ...blankErrors(values, { name: 'Enter a name', url: 'Enter the address of the receiver' }),
});

/** The fields as the input of an operation. */
export const webhookInput = (values: FormValues) => ({
  name: textOf(values, 'name'),
  url: textOf(values, 'url'),
  types: listOf(values, 'eventTypes'),
  includesPersonal: values.includesPersonal === true,
});

const fields = (webhook?: Webhook): InputBlock[] => [
  textInput('name', 'Name', { value: webhook?.name ?? '', maxLength: MAX_WEBHOOK_NAME_LENGTH }),
  textInput('url', 'Address', {
    value: webhook?.url ?? '',
    maxLength: MAX_WEBHOOK_URL_LENGTH,
    hint: 'Where the receiver takes a POST, such as https://crm.example.com/events',
  }),
  multiSearchInput('eventTypes', 'Events', {
    placeholder: 'All of them',
    hint: 'Choose some, or leave it empty for all, also those that are new later.',
    chosen: (webhook?.types ?? []).map((type) => ({ id: type, name: type })),
  }),
  checkbox(
    'includesPersonal',
    'Names and emails',
    'Include the developer’s name and email, and reasons',
    webhook?.includesPersonal ?? false,
  ),
];
