/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/structs.h: what several kinds share: structures, columns, cells and pod defaulting
 */
#pragma once

#include "sim/kube/verbs/api.h"

G_BEGIN_DECLS

/* Rows as a table writes them most often; the first of the other arguments is the number. */
#define KUBE_OBJECT_OF(name_, struct_, ...) \
  { \
    .of = &struct_, .name = name_, .type = KUBE_OBJECT, __VA_ARGS__ \
  }
#define KUBE_LIST_OF(name_, struct_, ...) \
  { \
    .element = KUBE_OBJECT, .of = &struct_, .name = name_, .type = KUBE_LIST, __VA_ARGS__ \
  }
#define KUBE_LIST_OF_STRINGS(name_, ...) \
  { \
    .element = KUBE_STRING, .name = name_, .type = KUBE_LIST, __VA_ARGS__ \
  }
#define KUBE_MAP_OF_STRINGS(name_, ...) \
  { \
    .element = KUBE_STRING, .name = name_, .type = KUBE_MAP, __VA_ARGS__ \
  }
#define KUBE_DOC(text_) .description = text_
/* What part a field has in an upgrade. INERT says why it has none, in a sentence; NOT_MODELLED what
 * a cluster would do, in words that go on after "in a cluster, ". */
#define KUBE_ACTS .part = KUBE_FIELD_ACTS
#define KUBE_INERT(reason_) .part = KUBE_FIELD_INERT, .because = reason_
#define KUBE_NOT_MODELLED(effect_) .part = KUBE_FIELD_NOT_MODELLED, .because = effect_
#define KUBE_VALUES(...) ((const char *const[]) { __VA_ARGS__, NULL })

/* sim/kube/kinds/meta.c: the first fields and the usual columns of every kind. */
#define KUBE_TYPE_FIELDS \
  { "apiVersion", KUBE_STRING, KUBE_DOC (KUBE_API_VERSION_TEXT), KUBE_ACTS }, \
      { "kind", KUBE_STRING, KUBE_DOC (KUBE_KIND_TEXT), KUBE_ACTS }, \
      KUBE_OBJECT_OF ( \
          "metadata", kube_object_meta, 1, \
          KUBE_DOC ("Name, labels, owners and the like, in the same form for every kind."), \
          KUBE_ACTS)
#define KUBE_NAME_COLUMN \
  { \
    "Name", "string", "name", .path = "metadata.name" \
  }
#define KUBE_AGE_COLUMN \
  { \
    "Age", "string", .path = "metadata.creationTimestamp", .absent = "<unknown>" \
  }

/* For kinds that tell no age: roles, limit ranges. */
#define KUBE_CREATED_COLUMN \
  { \
    "Created At", "date", .path = "metadata.creationTimestamp", .cell = kube_created_cell \
  }

#define KUBE_TEMPLATE_COLUMNS \
  { "Containers", "string", .priority = 1, .cell = kube_containers_cell, \
    KUBE_DOC ("Names of the template's containers, joined by commas.") }, \
  { \
    "Images", "string", .priority = 1, .cell = kube_images_cell, \
                        KUBE_DOC ("Images of the template's containers, in the same order.") \
  }
#define KUBE_WORKLOAD_COLUMNS \
  KUBE_TEMPLATE_COLUMNS, \
  { \
    "Selector", "string", .priority = 1, .path = "spec.selector", .cell = kube_selector_cell \
  }

#define KUBE_API_VERSION_TEXT "Group and version in which the object is written, such as apps/v1."
#define KUBE_KIND_TEXT "Type of the object in CamelCase, such as Deployment; cannot be changed."

DdValue *kube_created_cell (KubeApi *api, const SimObject *object);

extern const KubeStruct kube_local_object_reference;
extern const KubeStruct kube_object_reference;
extern const KubeStruct kube_typed_reference; /* {apiGroup, kind, name} */
extern const KubeStruct kube_key_selector;    /* {name, key, optional} of a config map or secret */
extern const KubeStruct kube_optional_reference; /* {name, optional} */

/* sim/kube/kinds/pod-spec.c, container.c, volume.c, affinity.c */
extern const KubeStruct kube_pod_spec;
extern const KubeStruct kube_pod_template_spec;
extern const KubeStruct kube_object_field_selector;
extern const KubeStruct kube_resource_field_selector;
extern const KubeStruct kube_volume;
extern const KubeStruct kube_host_path;
extern const KubeStruct kube_nfs;
extern const KubeStruct kube_elastic_block_store;
extern const KubeStruct kube_affinity;
extern const KubeStruct kube_node_selector;
extern const KubeStruct kube_toleration;
extern const KubeStruct kube_topology_spread_constraint;
extern const KubeStruct kube_pod_status;
extern const KubeStruct kube_container;
extern const KubeStruct kube_ephemeral_container;
extern const KubeStruct kube_container_status;
extern const KubeStruct kube_resource_requirements;
extern const KubeStruct kube_se_linux_options;
extern const KubeStruct kube_windows_options;
extern const KubeStruct kube_profile; /* seccomp, AppArmor */

/* sim/kube/kinds/pod-defaults.c: the defaults that depend on other fields (image tags, host
 * network, limits as requests). *SPEC is replaced. */
void kube_pod_spec_set_defaults (DdValue **spec);
/* The same for a workload's .spec.template. */
void kube_template_set_defaults (DdValue **object);

/* sim/kube/kinds/pod-validate.c: what a table cannot say of a pod's spec found at FIELD. */
void kube_pod_spec_validate (const DdValue *spec, const char *field, KubeCauses *causes);

/* sim/kube/kinds/job.c: what a Job runs, and a CronJob makes Jobs of. JOB is anything that has such
 * a spec; what the server makes up for a Job, its selector, is not looked at. */
extern const KubeStruct kube_job_spec;
void kube_job_template_validate (const DdValue *job, KubeCauses *causes);

/* sim/kube/kinds/workload.c: what Deployment, ReplicaSet, StatefulSet and DaemonSet have in common.
 */
extern const KubeStruct kube_workload_condition;
/* NOUN: what error texts call the kind, "deployment". */
void kube_workload_validate (const char *noun, const DdValue *old, const DdValue *object,
                             KubeCauses *causes);
/* The same without what is said of the pods' spec, which for some kinds is not whole yet, and of
 * updates. */
void kube_workload_validate_template (const char *noun, const DdValue *object, KubeCauses *causes);
/* What may be more than all of it, such as a surge; and what may not. */
void kube_any_percent_validate (const DdValue *value, const char *field, KubeCauses *causes);
void kube_int_or_percent_validate (const DdValue *value, const char *field, KubeCauses *causes);
/* The selector at FIELD, which may be NULL. */
void kube_label_selector_validate (const DdValue *selector, const char *field, KubeCauses *causes);
/* MEMBER of every container of a pod's spec: "web,proxy". */
DdValue *kube_join_of_containers (const DdValue *spec, const char *member);
DdValue *kube_containers_cell (KubeApi *api, const SimObject *object);
DdValue *kube_images_cell (KubeApi *api, const SimObject *object);
/* "2/3" */
DdValue *kube_ready_replicas_cell (KubeApi *api, const SimObject *object);
DdValue *kube_selector_cell (KubeApi *api, const SimObject *object);

G_END_DECLS
