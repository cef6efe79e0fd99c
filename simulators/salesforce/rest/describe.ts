import { writableFields } from '../org/field-values.ts';
import {
  changeEventName,
  type EntityDefinition,
  type FieldDefinition,
  isCustomName,
  type PlatformEventDefinition,
  platformEventTopic,
} from '../org/fields.ts';
import type { Org } from '../org/org.ts';

const SOAP_TYPES: Record<string, string> = {
  id: 'tns:ID',
  reference: 'tns:ID',
  boolean: 'xsd:boolean',
  int: 'xsd:int',
  double: 'xsd:double',
  currency: 'xsd:double',
  percent: 'xsd:double',
  date: 'xsd:date',
  datetime: 'xsd:dateTime',
  time: 'xsd:time',
};

function describeField(field: FieldDefinition): Record<string, unknown> {
  const writable = field.readOnly !== true;
  return {
    name: field.name,
    label: field.label ?? field.name.replace(/__[ce]$/, '').replaceAll('_', ' '),
    type: field.type,
    soapType: SOAP_TYPES[field.type] ?? 'xsd:string',
    length: field.length ?? 0,
    custom: isCustomName(field.name),
    createable: writable,
    updateable: writable,
    nillable: field.required !== true && field.type !== 'boolean',
    externalId: field.externalId === true,
    filterable: field.type !== 'textarea',
    sortable: field.type !== 'textarea',
    defaultValue: field.defaultValue ?? null,
    referenceTo: field.referenceTo ?? [],
    relationshipName:
      field.type === 'reference' ? field.name.replace(/Id$/, '').replace(/__c$/, '__r') : null,
    picklistValues: (field.picklist ?? []).map((value) => ({
      active: true,
      defaultValue: value === field.defaultValue,
      label: value,
      validFor: null,
      value,
    })),
  };
}

interface Summary {
  readonly name: string;
  readonly label: string;
  readonly keyPrefix: string | null;
  readonly queryable: boolean;
  readonly createable: boolean;
}

function summary(item: Summary, version: string): Record<string, unknown> {
  const url = `/services/data/v${version}/sobjects/${item.name}`;
  const { queryable, createable } = item;
  return {
    name: item.name,
    label: item.label,
    labelPlural: `${item.label}s`,
    keyPrefix: item.keyPrefix,
    custom: isCustomName(item.name),
    queryable,
    createable,
    updateable: queryable,
    deletable: queryable,
    retrieveable: queryable,
    searchable: queryable,
    undeletable: queryable,
    triggerable: true,
    urls: {
      sobject: url,
      describe: `${url}/describe`,
      rowTemplate: `${url}/{ID}`,
      eventSchema: `${url}/eventSchema`,
    },
  };
}

function ofEntity(entity: EntityDefinition): Summary {
  return {
    name: entity.name,
    label: entity.label,
    keyPrefix: entity.keyPrefix,
    queryable: true,
    createable: true,
  };
}

function ofEvent(org: Org, event: PlatformEventDefinition): Summary {
  return {
    name: event.name,
    label: event.label,
    keyPrefix: 'e01',
    queryable: false,
    createable: event.publishable && !org.faults.deniedPublish.includes(platformEventTopic(event.name)),
  };
}

export function describeEntity(entity: EntityDefinition, version: string): Record<string, unknown> {
  const fields = writableFields(entity).map(describeField);
  if (entity.name === 'Contact')
    fields.push(describeField({ name: 'Name', type: 'string', length: 121, readOnly: true }));
  return { ...summary(ofEntity(entity), version), fields, childRelationships: [], recordTypeInfos: [] };
}

export function describeEvent(
  org: Org,
  event: PlatformEventDefinition,
  version: string,
): Record<string, unknown> {
  const common: FieldDefinition[] = [
    { name: 'ReplayId', type: 'string', length: 1000, readOnly: true },
    { name: 'CreatedDate', type: 'datetime', readOnly: true },
    { name: 'CreatedById', type: 'reference', referenceTo: ['User'], length: 18, readOnly: true },
    { name: 'EventUuid', type: 'string', length: 36, readOnly: true },
  ];
  return {
    ...summary(ofEvent(org, event), version),
    fields: [...common, ...event.fields].map(describeField),
    childRelationships: [],
    recordTypeInfos: [],
  };
}

export function describeGlobal(org: Org, version: string): Record<string, unknown> {
  const items: Summary[] = [];
  for (const entity of org.records.entities()) {
    items.push(ofEntity(entity));
    if (entity.changeEvents)
      items.push({
        name: changeEventName(entity.name),
        label: `${entity.label} Change Event`,
        keyPrefix: null,
        queryable: false,
        createable: false,
      });
  }
  items.push(...org.platformEvents().map((event) => ofEvent(org, event)));
  return { encoding: 'UTF-8', maxBatchSize: 200, sobjects: items.map((item) => summary(item, version)) };
}
