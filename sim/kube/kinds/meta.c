/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/meta.c: the structures that every kind carries */
#include "config.h"

#include "sim/kube/kinds/structs.h"

/* Imitates: Kubernetes API Reference, ObjectMeta. Fields are in the order in which an API server
 * writes them. */
static const KubeField owner_reference_fields[] = {
  { "apiVersion", KUBE_STRING, 5, .required = TRUE,
    KUBE_DOC ("Group and version of the owner, such as apps/v1."), KUBE_ACTS },
  { "kind", KUBE_STRING, 1, .required = TRUE, KUBE_DOC ("What the owner is, such as ReplicaSet."),
    KUBE_ACTS },
  { "name", KUBE_STRING, 3, .required = TRUE, KUBE_DOC ("What the owner is called."), KUBE_ACTS },
  { "uid", KUBE_STRING, 4, .required = TRUE,
    KUBE_DOC ("The owner's UID, so that a namesake created later is not taken for it."),
    KUBE_ACTS },
  { "controller", KUBE_BOOL, 6, .pointer = TRUE,
    KUBE_DOC ("True for the one owner that manages this object; at most one may be."), KUBE_ACTS },
  { "blockOwnerDeletion", KUBE_BOOL, 7, .pointer = TRUE,
    KUBE_DOC ("True makes foreground deletion of the owner wait for this object."), KUBE_ACTS },
  { NULL },
};

static const KubeStruct owner_reference = {
  "io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference",
  "Points to an owner, which is in the same namespace or in none.",
  owner_reference_fields,
  .atomic = TRUE,
};

static const KubeField managed_fields_fields[] = {
  { "manager", KUBE_STRING, 1,
    KUBE_DOC ("Program or user that wrote the fields, as it called itself.") },
  { "operation", KUBE_STRING, 2,
    KUBE_DOC ("Apply for server-side apply, Update for every other write.") },
  { "apiVersion", KUBE_STRING, 3, KUBE_DOC ("API version in which the field paths are written.") },
  { "time", KUBE_TIME, 4, .pointer = TRUE,
    KUBE_DOC ("When the manager's set of fields last grew, shrank or changed a value.") },
  { "fieldsType", KUBE_STRING, 6,
    KUBE_DOC ("Format of the set of fields; FieldsV1 is the only one.") },
  { "fieldsV1", KUBE_RAW, 7, .pointer = TRUE,
    KUBE_DOC ("Tree of the fields concerned, with keys such as f:spec.") },
  { "subresource", KUBE_STRING, 8,
    KUBE_DOC ("Subresource written through, such as status; empty for the object itself.") },
  { NULL },
};

static const KubeStruct managed_fields_entry = {
  "io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry",
  "Remembers which fields one manager has set.",
  managed_fields_fields,
};

static const KubeField object_meta_fields[] = {
  { "name", KUBE_STRING, 1,
    KUBE_DOC ("What the object is called, uniquely for its kind and namespace; fixed at creation."),
    KUBE_ACTS },
  { "generateName", KUBE_STRING, 2,
    KUBE_DOC ("Prefix to which the server adds random letters where name is empty."), KUBE_ACTS },
  { "namespace", KUBE_STRING, 3,
    KUBE_DOC ("Where the object lives, fixed at creation; empty for cluster-wide kinds."),
    KUBE_ACTS },
  { "selfLink", KUBE_STRING, 4, KUBE_DOC ("Obsolete, always empty."), KUBE_INERT ("Obsolete.") },
  { "uid", KUBE_STRING, 5,
    KUBE_DOC ("Set by the server and never reused, even by an object of the same name."),
    KUBE_ACTS },
  { "resourceVersion", KUBE_STRING, 6,
    KUBE_DOC ("Opaque mark of the latest write: start watches from it, or send it to detect "
              "conflicts."),
    KUBE_ACTS },
  { "generation", KUBE_INT, 7, KUBE_DOC ("Counts changes of the spec; set by the server."),
    KUBE_ACTS },
  { "creationTimestamp", KUBE_TIME, 8,
    KUBE_DOC ("When the object was created, in UTC to the second; set by the server."), KUBE_ACTS },
  { "deletionTimestamp", KUBE_TIME, 9, .pointer = TRUE,
    KUBE_DOC ("When the grace period ends; set by the server on a delete request."), KUBE_ACTS },
  { "deletionGracePeriodSeconds", KUBE_INT, 10, .pointer = TRUE,
    KUBE_DOC (
        "Seconds granted for an orderly end; set with deletionTimestamp, can only get shorter."),
    KUBE_ACTS },
  KUBE_MAP_OF_STRINGS ("labels", 11,
                       KUBE_DOC ("Short key and value pairs by which selectors find the object."),
                       KUBE_ACTS),
  KUBE_MAP_OF_STRINGS (
      "annotations", 12,
      KUBE_DOC ("Free notes for tools and people, up to 256 KiB in all; selectors ignore them."),
      KUBE_ACTS),
  KUBE_LIST_OF (
      "ownerReferences", owner_reference, 13, .merge_key = "uid",
      KUBE_DOC ("Owners of this object; garbage collection removes it after the last of them."),
      KUBE_ACTS),
  KUBE_LIST_OF_STRINGS (
      "finalizers", 14, .merge = TRUE,
      KUBE_DOC ("Who still has work to do: a deleted object stays until this list is empty."),
      KUBE_ACTS),
  KUBE_LIST_OF ("managedFields", managed_fields_entry, 17,
                KUBE_DOC ("Who has set which fields; kept by the server for server-side apply."),
                KUBE_INERT ("It decides between appliers, not in an upgrade.")),
  { NULL },
};

const KubeStruct kube_object_meta = {
  "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta",
  "Identity, labels and bookkeeping that every stored object has.",
  object_meta_fields,
};

static const KubeField list_meta_fields[] = {
  { "selfLink", KUBE_STRING, 1, KUBE_DOC ("Obsolete, always empty.") },
  { "resourceVersion", KUBE_STRING, 2,
    KUBE_DOC ("State of the store that the list shows; a watch may start from it.") },
  { "continue", KUBE_STRING, 3,
    KUBE_DOC ("Pass it back to get the next page; empty on the last one.") },
  { "remainingItemCount", KUBE_INT, 4, .pointer = TRUE,
    KUBE_DOC ("About how many items the next pages hold; unset for lists by selector.") },
  { NULL },
};

const KubeStruct kube_list_meta = {
  "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta",
  "What comes with a list beside its items.",
  list_meta_fields,
};

static const KubeField requirement_fields[] = {
  { "key", KUBE_STRING, 1, .required = TRUE, KUBE_DOC ("Label to look at."), KUBE_ACTS },
  { "operator", KUBE_STRING, 2, .required = TRUE,
    .values = KUBE_VALUES ("In", "NotIn", "Exists", "DoesNotExist"),
    KUBE_DOC ("Test to apply: In and NotIn compare values, Exists and DoesNotExist only look for "
              "the key."),
    KUBE_ACTS },
  KUBE_LIST_OF_STRINGS (
      "values", 3,
      KUBE_DOC (
          "Candidates for In and NotIn, at least one; leave out for Exists and DoesNotExist."),
      KUBE_ACTS),
  { NULL },
};

static const KubeStruct label_selector_requirement = {
  "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement",
  "One test on one label.",
  requirement_fields,
};

static const KubeField label_selector_fields[] = {
  KUBE_MAP_OF_STRINGS (
      "matchLabels", 1,
      KUBE_DOC ("Labels an object must carry with exactly these values, all of them."), KUBE_ACTS),
  KUBE_LIST_OF ("matchExpressions", label_selector_requirement, 2,
                KUBE_DOC ("Further tests, all of which must pass."), KUBE_ACTS),
  { NULL },
};

const KubeStruct kube_label_selector = {
  "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector",
  "Picks objects by label; {} picks all, a missing selector none.",
  label_selector_fields,
  .atomic = TRUE,
};

/* metav1.Condition, and the conditions of the older kinds, which only have other times. */
static const KubeField condition_fields[] = {
  { "type", KUBE_STRING, 1, .required = TRUE,
    KUBE_DOC ("What is judged, as one CamelCase word; unique in its list.") },
  { "status", KUBE_STRING, 2, .required = TRUE, .values = KUBE_VALUES ("True", "False", "Unknown"),
    KUBE_DOC ("The verdict: True, False or Unknown.") },
  { "observedGeneration", KUBE_INT, 3,
    KUBE_DOC ("Generation judged; the verdict is out of date if metadata.generation is higher.") },
  { "lastTransitionTime", KUBE_TIME, 4, KUBE_DOC ("When the verdict last changed.") },
  { "reason", KUBE_STRING, 5, KUBE_DOC ("Why, as one CamelCase word that programs can compare.") },
  { "message", KUBE_STRING, 6, KUBE_DOC ("Why, in a sentence for people; may be empty.") },
  { NULL },
};

const KubeStruct kube_condition = {
  "io.k8s.apimachinery.pkg.apis.meta.v1.Condition",
  "A controller's verdict on one question about an object.",
  condition_fields,
};

static const KubeField local_object_reference_fields[] = {
  { "name", KUBE_STRING, 1, KUBE_DOC ("Which object of the namespace is meant.") },
  { NULL },
};

const KubeStruct kube_local_object_reference = {
  "io.k8s.api.core.v1.LocalObjectReference",
  "Names an object in the namespace of the one that refers to it.",
  local_object_reference_fields,
  .atomic = TRUE,
};

static const KubeField object_reference_fields[] = {
  { "kind", KUBE_STRING, 1, KUBE_DOC ("Type of the object meant, such as Pod.") },
  { "namespace", KUBE_STRING, 2,
    KUBE_DOC ("Where that object lives; empty for cluster-wide ones.") },
  { "name", KUBE_STRING, 3, KUBE_DOC ("What that object is called.") },
  { "uid", KUBE_STRING, 4, KUBE_DOC ("Tells that object from others that bore its name.") },
  { "apiVersion", KUBE_STRING, 5, KUBE_DOC ("Group and version for the kind.") },
  { "resourceVersion", KUBE_STRING, 6,
    KUBE_DOC ("State of that object that is meant, where it matters.") },
  { "fieldPath", KUBE_STRING, 7,
    KUBE_DOC ("Part of that object that is meant, such as spec.containers{web}.") },
  { NULL },
};

const KubeStruct kube_object_reference = {
  "io.k8s.api.core.v1.ObjectReference",
  "Points to any object, or to a part of one, in any namespace.",
  object_reference_fields,
  .atomic = TRUE,
};

static const KubeField key_selector_fields[] = {
  { "name", KUBE_STRING, 1, .within = 1,
    KUBE_DOC ("ConfigMap or Secret to read, in the same namespace.") },
  { "key", KUBE_STRING, 2, .required = TRUE, KUBE_DOC ("Entry of its data to take.") },
  { "optional", KUBE_BOOL, 3, .pointer = TRUE,
    KUBE_DOC ("True lets the container start without the object or the key; false by default.") },
  { NULL },
};

const KubeStruct kube_key_selector = {
  "io.k8s.api.core.v1.ConfigMapKeySelector",
  "Takes one entry out of a ConfigMap or Secret.",
  key_selector_fields,
  .atomic = TRUE,
};

DdValue *
kube_created_cell (KubeApi *api G_GNUC_UNUSED, const SimObject *object)
{
  return dd_value_ref (dd_value_path (object->value, "metadata.creationTimestamp"));
}
