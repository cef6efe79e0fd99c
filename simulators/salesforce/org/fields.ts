export type FieldType =
  | 'id'
  | 'string'
  | 'textarea'
  | 'email'
  | 'phone'
  | 'url'
  | 'picklist'
  | 'multipicklist'
  | 'boolean'
  | 'int'
  | 'double'
  | 'currency'
  | 'percent'
  | 'date'
  | 'datetime'
  | 'time'
  | 'encryptedstring'
  | 'reference';

export interface FieldDefinition {
  readonly name: string;
  readonly type: FieldType;
  readonly label?: string;
  readonly length?: number;
  readonly required?: boolean;
  readonly referenceTo?: readonly string[];
  readonly picklist?: readonly string[];
  /** Set by the platform; a client that sends it is refused. */
  readonly readOnly?: boolean;
  /** The default of a new record. */
  readonly defaultValue?: string | number | boolean;
  /** True for a field that addresses a record in upsert calls. */
  readonly externalId?: boolean;
}

/**
 * A field with several parts: flat in REST (`BillingCity`), one record in a change event (`BillingAddress.City`).
 * `personOrBusiness` is Account's Name, which is text for a business and a record for a person.
 */
export interface CompoundDefinition {
  readonly name: string;
  readonly kind: 'address' | 'personName' | 'personOrBusiness' | 'location';
  readonly parts: readonly { readonly child: string; readonly field: FieldDefinition }[];
}

export type EntityMember = FieldDefinition | CompoundDefinition;

export interface EntityDefinition {
  readonly name: string;
  readonly label: string;
  readonly keyPrefix: string;
  readonly members: readonly EntityMember[];
  /** Whether the entity is selected for Change Data Capture. */
  readonly changeEvents: boolean;
}

export interface PlatformEventDefinition {
  readonly name: string;
  readonly label: string;
  readonly fields: readonly FieldDefinition[];
  /** Standard events are published by the platform only. */
  readonly publishable: boolean;
}

export interface ChannelDefinition {
  readonly topic: string;
  /** The topics whose events the channel carries; `'all change events'` follows the entities selected for CDC. */
  readonly members: readonly string[] | 'all change events';
}

export function isCompound(member: EntityMember): member is CompoundDefinition {
  return 'parts' in member;
}

/** The fields of an entity as REST sees them, compound fields by their parts. */
export function flatFields(entity: EntityDefinition): FieldDefinition[] {
  return entity.members.flatMap((member) =>
    isCompound(member) ? member.parts.map((part) => part.field) : [member],
  );
}

export function isCustomName(name: string): boolean {
  return name.endsWith('__c') || name.endsWith('__e');
}

/** `Account` → `AccountChangeEvent`, `Invoice__c` → `Invoice__ChangeEvent`. */
export function changeEventName(entityName: string): string {
  return entityName.endsWith('__c') ? `${entityName.slice(0, -1)}ChangeEvent` : `${entityName}ChangeEvent`;
}

export function changeEventTopic(entityName: string): string {
  return `/data/${changeEventName(entityName)}`;
}

export function platformEventTopic(eventName: string): string {
  return `/event/${eventName}`;
}
