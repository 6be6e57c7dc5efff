/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/meta.c: the structures that every kind carries */
#include "config.h"

#include "sim/kube/kinds/structs.h"

/* Imitates: Kubernetes API Reference, ObjectMeta. Fields are in the order in which an API server
 * writes them. */
static const KubeField owner_reference_fields[] = {
  { "apiVersion", KUBE_STRING, .required = TRUE, KUBE_DOC ("API version of the referent.") },
  { "kind", KUBE_STRING, .required = TRUE, KUBE_DOC ("Kind of the referent.") },
  { "name", KUBE_STRING, .required = TRUE, KUBE_DOC ("Name of the referent.") },
  { "uid", KUBE_STRING, .required = TRUE, KUBE_DOC ("UID of the referent.") },
  { "controller", KUBE_BOOL,
    KUBE_DOC ("If true, this reference points to the managing controller.") },
  { "blockOwnerDeletion", KUBE_BOOL,
    KUBE_DOC ("If true, and if the owner has the \"foregroundDeletion\" finalizer, then the owner "
              "cannot be deleted from the key-value store until this reference is removed.") },
  { NULL },
};

static const KubeStruct owner_reference = {
  "io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference",
  "OwnerReference contains enough information to let you identify an owning object. An owning "
  "object must be in the same namespace as the dependent, or be cluster-scoped.",
  owner_reference_fields,
};

static const KubeField managed_fields_fields[] = {
  { "manager", KUBE_STRING,
    KUBE_DOC ("Manager is an identifier of the workflow managing these fields.") },
  { "operation", KUBE_STRING,
    KUBE_DOC ("Operation is the type of operation which led to this entry: Apply or Update.") },
  { "apiVersion", KUBE_STRING,
    KUBE_DOC ("APIVersion defines the version of this resource that this field set applies to.") },
  { "time", KUBE_TIME,
    KUBE_DOC ("Time is the timestamp of when the entry was added or last changed.") },
  { "fieldsType", KUBE_STRING,
    KUBE_DOC ("FieldsType is the discriminator for the different fields format and version.") },
  { "fieldsV1", KUBE_RAW,
    KUBE_DOC (
        "FieldsV1 holds the first JSON version format as described in the \"FieldsV1\" type.") },
  { "subresource", KUBE_STRING,
    KUBE_DOC ("Subresource is the name of the subresource used to update that object.") },
  { NULL },
};

static const KubeStruct managed_fields_entry = {
  "io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry",
  "ManagedFieldsEntry is a workflow-id, a FieldSet and the group version of the resource that the "
  "fieldset applies to.",
  managed_fields_fields,
};

static const KubeField object_meta_fields[] = {
  { "name", KUBE_STRING,
    KUBE_DOC ("Name must be unique within a namespace. Is required when creating resources, "
              "although some resources may allow a client to request the generation of an "
              "appropriate name automatically. Name is primarily intended for creation idempotence "
              "and configuration definition. Cannot be updated. More info: "
              "https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names") },
  { "generateName", KUBE_STRING,
    KUBE_DOC ("GenerateName is an optional prefix, used by the server, to generate a unique name "
              "ONLY IF the Name field has not been provided.") },
  { "namespace", KUBE_STRING,
    KUBE_DOC ("Namespace defines the space within which each name must be unique. Must be a "
              "DNS_LABEL. Cannot be updated.") },
  { "selfLink", KUBE_STRING,
    KUBE_DOC ("Deprecated: selfLink is a legacy read-only field that is no longer populated "
              "by the system.") },
  { "uid", KUBE_STRING,
    KUBE_DOC ("UID is the unique in time and space value for this object. Populated by the "
              "system. Read-only.") },
  { "resourceVersion", KUBE_STRING,
    KUBE_DOC ("An opaque value that represents the internal version of this object that can be "
              "used by clients to determine when objects have changed. Populated by the system. "
              "Read-only.") },
  { "generation", KUBE_INT,
    KUBE_DOC ("A sequence number representing a specific generation of the desired state. "
              "Populated by the system. Read-only.") },
  { "creationTimestamp", KUBE_TIME,
    KUBE_DOC ("CreationTimestamp is a timestamp representing the server time when this object was "
              "created. It is not guaranteed to be set in happens-before order across separate "
              "operations. Clients may not set this value. It is represented in RFC3339 form and "
              "is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: "
              "https://git.k8s.io/community/contributors/devel/sig-architecture/"
              "api-conventions.md#metadata") },
  { "deletionTimestamp", KUBE_TIME,
    KUBE_DOC (
        "DeletionTimestamp is RFC 3339 date and time at which this resource will be "
        "deleted. Populated by the system when a graceful deletion is requested. Read-only.") },
  { "deletionGracePeriodSeconds", KUBE_INT,
    KUBE_DOC ("Number of seconds allowed for this object to gracefully terminate before it will "
              "be removed from the system. Read-only.") },
  KUBE_MAP_OF_STRINGS (
      "labels",
      KUBE_DOC (
          "Map of string keys and values that can be used to organize and categorize (scope "
          "and select) objects. May match selectors of replication controllers and services. "
          "More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels")),
  KUBE_MAP_OF_STRINGS (
      "annotations",
      KUBE_DOC ("Annotations is an unstructured key value map stored with a resource that may be "
                "set by external tools to store and retrieve arbitrary metadata. They are not "
                "queryable and should be preserved when modifying objects.")),
  KUBE_LIST_OF (
      "ownerReferences", owner_reference, .merge_key = "uid",
      KUBE_DOC ("List of objects depended by this object. If ALL objects in the list have been "
                "deleted, this object will be garbage collected.")),
  KUBE_LIST_OF_STRINGS (
      "finalizers", .merge = TRUE,
      KUBE_DOC (
          "Must be empty before the object is deleted from the registry. Each entry is an "
          "identifier for the responsible component that will remove the entry from the list.")),
  KUBE_LIST_OF (
      "managedFields", managed_fields_entry,
      KUBE_DOC ("ManagedFields maps workflow-id and version to the set of fields that are managed "
                "by that workflow. This is mostly for internal housekeeping.")),
  { NULL },
};

const KubeStruct kube_object_meta = {
  "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta",
  "ObjectMeta is metadata that all persisted resources must have, which includes all objects users "
  "must create.",
  object_meta_fields,
};

static const KubeField list_meta_fields[] = {
  { "selfLink", KUBE_STRING,
    KUBE_DOC ("Deprecated: selfLink is a legacy read-only field that is no longer populated "
              "by the system.") },
  { "resourceVersion", KUBE_STRING,
    KUBE_DOC ("String that identifies the server's internal version of this object that can be "
              "used by clients to determine when objects have changed.") },
  { "continue", KUBE_STRING,
    KUBE_DOC ("continue may be set if the user set a limit on the number of items returned, and "
              "indicates that the server has more data available.") },
  { "remainingItemCount", KUBE_INT,
    KUBE_DOC ("remainingItemCount is the number of subsequent items in the list which are not "
              "included in this list response.") },
  { NULL },
};

const KubeStruct kube_list_meta = {
  "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta",
  "ListMeta describes metadata that synthetic resources must have, including lists and various "
  "status objects.",
  list_meta_fields,
};

static const KubeField requirement_fields[] = {
  { "key", KUBE_STRING, .required = TRUE,
    KUBE_DOC ("key is the label key that the selector applies to.") },
  { "operator", KUBE_STRING, .required = TRUE,
    .values = KUBE_VALUES ("In", "NotIn", "Exists", "DoesNotExist"),
    KUBE_DOC ("operator represents a key's relationship to a set of values. Valid operators are "
              "In, NotIn, Exists and DoesNotExist.") },
  KUBE_LIST_OF_STRINGS (
      "values",
      KUBE_DOC (
          "values is an array of string values. If the operator is In or NotIn, the values "
          "array must be non-empty. If the operator is Exists or DoesNotExist, it must be empty.")),
  { NULL },
};

static const KubeStruct label_selector_requirement = {
  "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement",
  "A label selector requirement is a selector that contains values, a key, and an operator that "
  "relates the key and values.",
  requirement_fields,
};

static const KubeField label_selector_fields[] = {
  KUBE_MAP_OF_STRINGS (
      "matchLabels",
      KUBE_DOC (
          "matchLabels is a map of {key,value} pairs. A single {key,value} in the matchLabels "
          "map is equivalent to an element of matchExpressions, whose key field is \"key\", the "
          "operator is \"In\", and the values array contains only \"value\". The requirements are "
          "ANDed.")),
  KUBE_LIST_OF (
      "matchExpressions", label_selector_requirement,
      KUBE_DOC ("matchExpressions is a list of label selector requirements. The requirements are "
                "ANDed.")),
  { NULL },
};

const KubeStruct kube_label_selector = {
  "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector",
  "A label selector is a label query over a set of resources. The result of matchLabels and "
  "matchExpressions are ANDed. An empty label selector matches all objects. A null label selector "
  "matches no objects.",
  label_selector_fields,
};

/* metav1.Condition, and the conditions of the older kinds, which only have other times. */
static const KubeField condition_fields[] = {
  { "type", KUBE_STRING, .required = TRUE, KUBE_DOC ("type of condition in CamelCase.") },
  { "status", KUBE_STRING, .required = TRUE, .values = KUBE_VALUES ("True", "False", "Unknown"),
    KUBE_DOC ("status of the condition, one of True, False, Unknown.") },
  { "observedGeneration", KUBE_INT,
    KUBE_DOC ("observedGeneration represents the .metadata.generation that the condition was set "
              "based upon.") },
  { "lastTransitionTime", KUBE_TIME,
    KUBE_DOC ("lastTransitionTime is the last time the condition transitioned from one status to "
              "another.") },
  { "reason", KUBE_STRING,
    KUBE_DOC ("reason contains a programmatic identifier indicating the reason for the "
              "condition's last transition.") },
  { "message", KUBE_STRING,
    KUBE_DOC ("message is a human readable message indicating details about the transition.") },
  { NULL },
};

const KubeStruct kube_condition = {
  "io.k8s.apimachinery.pkg.apis.meta.v1.Condition",
  "Condition contains details for one aspect of the current state of this API Resource.",
  condition_fields,
};

static const KubeField local_object_reference_fields[] = {
  { "name", KUBE_STRING, KUBE_DOC ("Name of the referent.") },
  { NULL },
};

const KubeStruct kube_local_object_reference = {
  "io.k8s.api.core.v1.LocalObjectReference",
  "LocalObjectReference contains enough information to let you locate the referenced object inside "
  "the same namespace.",
  local_object_reference_fields,
};

static const KubeField object_reference_fields[] = {
  { "kind", KUBE_STRING, KUBE_DOC ("Kind of the referent.") },
  { "namespace", KUBE_STRING, KUBE_DOC ("Namespace of the referent.") },
  { "name", KUBE_STRING, KUBE_DOC ("Name of the referent.") },
  { "uid", KUBE_STRING, KUBE_DOC ("UID of the referent.") },
  { "apiVersion", KUBE_STRING, KUBE_DOC ("API version of the referent.") },
  { "resourceVersion", KUBE_STRING,
    KUBE_DOC ("Specific resourceVersion to which this reference is made, if any.") },
  { "fieldPath", KUBE_STRING,
    KUBE_DOC ("If referring to a piece of an object instead of an entire object, this string "
              "should contain a valid JSON/Go field access statement, such as "
              "desiredState.manifest.containers[2]. For example, if the object reference is to a "
              "container within a pod, this would take on a value like: \"spec.containers{name}\" "
              "(where \"name\" refers to the name of the container that triggered the event) or if "
              "no container name is specified \"spec.containers[2]\" (container with index 2 in "
              "this pod). This syntax is chosen only to have some well-defined way of referencing "
              "a part of an object.") },
  { NULL },
};

const KubeStruct kube_object_reference = {
  "io.k8s.api.core.v1.ObjectReference",
  "ObjectReference contains enough information to let you inspect or modify the referred object.",
  object_reference_fields,
};

static const KubeField key_selector_fields[] = {
  { "name", KUBE_STRING, KUBE_DOC ("Name of the referent.") },
  { "key", KUBE_STRING, .required = TRUE, KUBE_DOC ("The key to select.") },
  { "optional", KUBE_BOOL, KUBE_DOC ("Specify whether the referent or its key must be defined.") },
  { NULL },
};

const KubeStruct kube_key_selector = {
  "io.k8s.api.core.v1.ConfigMapKeySelector",
  "Selects a key from a ConfigMap or a Secret.",
  key_selector_fields,
};
