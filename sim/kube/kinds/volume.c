/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/volume.c: the volumes a pod may mount; sources of retired in-tree drivers have no
 * row */
#include "config.h"

#include "sim/kube/kinds/storage.h"
#include "sim/kube/kinds/structs.h"

/* Imitates: Kubernetes API Reference, Volume v1 core. */
static const KubeField object_field_selector_fields[] = {
  { "apiVersion", KUBE_STRING, 1, .fallback = "\"v1\"",
    KUBE_DOC ("API version in which fieldPath is to be understood; default v1.") },
  { "fieldPath", KUBE_STRING, 2, .required = TRUE,
    KUBE_DOC ("Which of the pod's fields, such as metadata.name or status.podIP.") },
  { NULL },
};

const KubeStruct kube_object_field_selector = {
  "io.k8s.api.core.v1.ObjectFieldSelector",
  "Takes the value of one field of the pod.",
  object_field_selector_fields,
  .atomic = TRUE,
};

static const KubeField resource_field_selector_fields[] = {
  { "containerName", KUBE_STRING, 1,
    KUBE_DOC ("Container to read; a must in volumes, in env its own container by default.") },
  { "resource", KUBE_STRING, 2, .required = TRUE,
    KUBE_DOC ("Limit or request to read, such as limits.cpu or requests.memory.") },
  { "divisor", KUBE_QUANTITY, 3, .fallback = "\"0\"",
    KUBE_DOC ("Unit to count in, rounding up, such as 1m or 1Mi; 0 stands for 1.") },
  { NULL },
};

const KubeStruct kube_resource_field_selector = {
  "io.k8s.api.core.v1.ResourceFieldSelector",
  "Takes a resource limit or request of a container as a number.",
  resource_field_selector_fields,
  .atomic = TRUE,
};

static const KubeField key_to_path_fields[] = {
  { "key", KUBE_STRING, 1, .required = TRUE, KUBE_DOC ("Entry of the ConfigMap or Secret.") },
  { "path", KUBE_STRING, 2, .required = TRUE,
    KUBE_DOC ("File to write it to, inside the volume and without \"..\".") },
  { "mode", KUBE_INT, 3, .pointer = TRUE,
    KUBE_DOC (
        "Permissions of this file, 0 to 511 (octal 0777); the volume's defaultMode if unset.") },
  { NULL },
};

static const KubeStruct key_to_path = {
  "io.k8s.api.core.v1.KeyToPath",
  "Gives one entry a file name of its own.",
  key_to_path_fields,
};

static const KubeField host_path_fields[] = {
  { "path", KUBE_STRING, 1, .required = TRUE,
    KUBE_DOC ("Path in the node's file system; symbolic links are followed.") },
  { "type", KUBE_STRING, 2, .pointer = TRUE, .fallback = "\"\"",
    .values = KUBE_VALUES ("", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate",
                           "File", "FileOrCreate", "Socket"),
    KUBE_DOC (
        "What must be there, such as Directory, FileOrCreate or Socket; empty for no check.") },
  { NULL },
};

const KubeStruct kube_host_path = {
  "io.k8s.api.core.v1.HostPathVolumeSource",
  "Mounts part of the node's own file system, as it is.",
  host_path_fields,
};

static const KubeField empty_dir_fields[] = {
  { "medium", KUBE_STRING, 1,
    KUBE_DOC ("Memory for a tmpfs, HugePages for huge pages; empty for the node's disk.") },
  { "sizeLimit", KUBE_QUANTITY, 2, .pointer = TRUE,
    KUBE_DOC ("Most it may hold, in bytes or with a suffix such as 1Gi; no limit by default.") },
  { NULL },
};

static const KubeStruct empty_dir = {
  "io.k8s.api.core.v1.EmptyDirVolumeSource",
  "Scratch space, empty when the pod starts and deleted with it.",
  empty_dir_fields,
};

static const KubeField elastic_block_store_fields[] = {
  { "volumeID", KUBE_STRING, 1, .required = TRUE,
    KUBE_DOC ("EBS volume, such as vol-0a1b2c3d, in the zone of the node.") },
  { "fsType", KUBE_STRING, 2, KUBE_DOC ("File system to mount, such as xfs; ext4 if empty.") },
  { "partition", KUBE_INT, 3,
    KUBE_DOC ("Number of the partition to mount; 0 for the whole volume.") },
  { "readOnly", KUBE_BOOL, 4,
    KUBE_DOC ("True allows no writing from any container; default false.") },
  { NULL },
};

const KubeStruct kube_elastic_block_store = {
  "io.k8s.api.core.v1.AWSElasticBlockStoreVolumeSource",
  "An existing EBS volume, attached to the node while the pod is there.",
  elastic_block_store_fields,
};

static const KubeField secret_fields[] = {
  { "secretName", KUBE_STRING, 1, KUBE_DOC ("Which Secret of the pod's namespace to mount.") },
  KUBE_LIST_OF (
      "items", key_to_path, 2,
      KUBE_DOC ("Entries to include, with their file names; without it, each key becomes a file.")),
  { "defaultMode", KUBE_INT, 3, .pointer = TRUE, .fallback = "420",
    KUBE_DOC ("Permissions of files without a mode of their own; 420 (octal 0644) by default.") },
  { "optional", KUBE_BOOL, 4, .pointer = TRUE,
    KUBE_DOC ("True lets the pod start without the Secret or a listed key; default false.") },
  { NULL },
};

static const KubeStruct secret = {
  "io.k8s.api.core.v1.SecretVolumeSource",
  "Entries of a Secret as files, held in memory on the node.",
  secret_fields,
};

static const KubeField nfs_fields[] = {
  { "server", KUBE_STRING, 1, .required = TRUE, KUBE_DOC ("Host name or address to mount from.") },
  { "path", KUBE_STRING, 2, .required = TRUE, KUBE_DOC ("Absolute path of the server's export.") },
  { "readOnly", KUBE_BOOL, 3,
    KUBE_DOC ("True mounts the export without write access; default false.") },
  { NULL },
};

const KubeStruct kube_nfs = {
  "io.k8s.api.core.v1.NFSVolumeSource",
  "A directory of an NFS server, whose contents outlive the pod.",
  nfs_fields,
};

static const KubeField claim_fields[] = {
  { "claimName", KUBE_STRING, 1, .required = TRUE,
    KUBE_DOC ("Which claim in the pod's namespace to use."), KUBE_ACTS },
  { "readOnly", KUBE_BOOL, 2,
    KUBE_DOC ("True denies writing in every mount of the volume; default false."),
    KUBE_INERT ("What is on a volume is not modelled.") },
  { NULL },
};

static const KubeStruct claim = {
  "io.k8s.api.core.v1.PersistentVolumeClaimVolumeSource",
  "Storage obtained through a PersistentVolumeClaim.",
  claim_fields,
};

static const KubeField downward_file_fields[] = {
  { "path", KUBE_STRING, 1, .required = TRUE,
    KUBE_DOC ("File to write, inside the volume and without \"..\".") },
  KUBE_OBJECT_OF ("fieldRef", kube_object_field_selector, 2, .pointer = TRUE,
                  KUBE_DOC ("Field to write down: name, namespace, uid, labels or annotations.")),
  KUBE_OBJECT_OF ("resourceFieldRef", kube_resource_field_selector, 3, .pointer = TRUE,
                  KUBE_DOC ("A container's limit or request to write down, instead of fieldRef.")),
  { "mode", KUBE_INT, 4, .pointer = TRUE,
    KUBE_DOC (
        "Permissions of this file, 0 to 511 (octal 0777); the volume's defaultMode if unset.") },
  { NULL },
};

static const KubeStruct downward_file = {
  "io.k8s.api.core.v1.DownwardAPIVolumeFile",
  "A file that holds one fact about the pod.",
  downward_file_fields,
};

static const KubeField downward_fields[] = {
  KUBE_LIST_OF ("items", downward_file, 1,
                KUBE_DOC ("Files to write, each with what it shall say.")),
  { "defaultMode", KUBE_INT, 2, .pointer = TRUE, .fallback = "420",
    KUBE_DOC ("Permissions of files without a mode of their own; 420 (octal 0644) by default.") },
  { NULL },
};

static const KubeStruct downward = {
  "io.k8s.api.core.v1.DownwardAPIVolumeSource",
  "Files that tell containers about their own pod.",
  downward_fields,
};

static const KubeField config_map_fields[] = {
  { "name", KUBE_STRING, 1, .within = 1,
    KUBE_DOC ("Which ConfigMap of the pod's namespace to mount.") },
  KUBE_LIST_OF (
      "items", key_to_path, 2,
      KUBE_DOC ("Entries to include, with their file names; without it, each key becomes a file.")),
  { "defaultMode", KUBE_INT, 3, .pointer = TRUE, .fallback = "420",
    KUBE_DOC ("Permissions of files without a mode of their own; 420 (octal 0644) by default.") },
  { "optional", KUBE_BOOL, 4, .pointer = TRUE,
    KUBE_DOC ("True lets the pod start without the ConfigMap or a listed key; default false.") },
  { NULL },
};

static const KubeStruct config_map = {
  "io.k8s.api.core.v1.ConfigMapVolumeSource",
  "Entries of a ConfigMap as files.",
  config_map_fields,
};

static const KubeField csi_fields[] = {
  { "driver", KUBE_STRING, 1, .required = TRUE,
    KUBE_DOC ("Registered name of the driver, such as secrets-store.csi.k8s.io.") },
  { "readOnly", KUBE_BOOL, 2, .pointer = TRUE,
    KUBE_DOC ("True asks the driver for a mount without write access; default false.") },
  { "fsType", KUBE_STRING, 3, .pointer = TRUE,
    KUBE_DOC ("File system, such as ext4 or xfs; the driver chooses if empty.") },
  KUBE_MAP_OF_STRINGS ("volumeAttributes", 4,
                       KUBE_DOC ("Parameters whose meaning is known to the driver only.")),
  KUBE_OBJECT_OF (
      "nodePublishSecretRef", kube_local_object_reference, 5, .pointer = TRUE,
      KUBE_DOC ("Secret with credentials that the driver receives when it mounts the volume.")),
  { NULL },
};

static const KubeStruct csi = {
  "io.k8s.api.core.v1.CSIVolumeSource",
  "A volume that a CSI driver makes for this pod alone.",
  csi_fields,
};

static const KubeField service_account_token_fields[] = {
  { "audience", KUBE_STRING, 1,
    KUBE_DOC (
        "Who shall accept the token, such as sts.amazonaws.com; the API server by default.") },
  { "expirationSeconds", KUBE_INT, 2, .pointer = TRUE, .fallback = "3600",
    KUBE_DOC ("Lifetime asked for, at least 600, default 3600; the kubelet renews it in time.") },
  { "path", KUBE_STRING, 3, .required = TRUE,
    KUBE_DOC ("File for the token, relative to the root of the volume.") },
  { NULL },
};

static const KubeStruct service_account_token = {
  "io.k8s.api.core.v1.ServiceAccountTokenProjection",
  "A renewed token of the pod's service account as a file.",
  service_account_token_fields,
};

static const KubeField config_map_projection_fields[] = {
  { "name", KUBE_STRING, 1, .within = 1,
    KUBE_DOC ("Which ConfigMap or Secret of the pod's namespace to include.") },
  KUBE_LIST_OF (
      "items", key_to_path, 2,
      KUBE_DOC ("Entries to include, with their file names; without it, each key becomes a file.")),
  { "optional", KUBE_BOOL, 4, .pointer = TRUE,
    KUBE_DOC ("True lets the pod start without the object or a listed key; default false.") },
  { NULL },
};

static const KubeStruct secret_projection = {
  "io.k8s.api.core.v1.SecretProjection",
  "Entries of a Secret as part of a projected volume.",
  config_map_projection_fields,
};

static const KubeStruct config_map_projection = {
  "io.k8s.api.core.v1.ConfigMapProjection",
  "Entries of a ConfigMap as part of a projected volume.",
  config_map_projection_fields,
};

static const KubeField downward_projection_fields[] = {
  KUBE_LIST_OF ("items", downward_file, 1,
                KUBE_DOC ("Files to write, each with what it shall say.")),
  { NULL },
};

static const KubeStruct downward_projection = {
  "io.k8s.api.core.v1.DownwardAPIProjection",
  "Facts about the pod as part of a projected volume.",
  downward_projection_fields,
};

static const KubeField projection_fields[] = {
  KUBE_OBJECT_OF ("secret", secret_projection, 1, .pointer = TRUE,
                  KUBE_DOC ("Files from a Secret.")),
  KUBE_OBJECT_OF ("downwardAPI", downward_projection, 2, .pointer = TRUE,
                  KUBE_DOC ("Files with facts about the pod itself.")),
  KUBE_OBJECT_OF ("configMap", config_map_projection, 3, .pointer = TRUE,
                  KUBE_DOC ("Files from a ConfigMap.")),
  KUBE_OBJECT_OF ("serviceAccountToken", service_account_token, 4, .pointer = TRUE,
                  KUBE_DOC ("File with a token of the pod's service account.")),
  { NULL },
};

static const KubeStruct projection = {
  "io.k8s.api.core.v1.VolumeProjection",
  "One ingredient of a projected volume; set exactly one field.",
  projection_fields,
};

static const KubeField projected_fields[] = {
  KUBE_LIST_OF ("sources", projection, 1,
                KUBE_DOC ("Ingredients; two of them must not write to the same path.")),
  { "defaultMode", KUBE_INT, 2, .pointer = TRUE, .fallback = "420",
    KUBE_DOC ("Permissions of files without a mode of their own; 420 (octal 0644) by default.") },
  { NULL },
};

static const KubeStruct projected = {
  "io.k8s.api.core.v1.ProjectedVolumeSource",
  "Gathers files from several sources in one directory.",
  projected_fields,
};

static const KubeField image_fields[] = {
  { "reference", KUBE_STRING, 1, KUBE_DOC ("Image or OCI artifact, written as for a container.") },
  { "pullPolicy", KUBE_STRING, 2, .values = KUBE_VALUES ("Always", "Never", "IfNotPresent"),
    KUBE_DOC ("When to pull: by default Always for tag latest, IfNotPresent otherwise.") },
  { NULL },
};

static const KubeStruct image = {
  "io.k8s.api.core.v1.ImageVolumeSource",
  "Contents of an image or OCI artifact, mounted without write access.",
  image_fields,
};

static const KubeField claim_template_fields[] = {
  KUBE_OBJECT_OF ("metadata", kube_object_meta, 1, KUBE_DOC ("Labels and annotations.")),
  KUBE_OBJECT_OF ("spec", kube_claim_spec, 2, .required = TRUE,
                  KUBE_DOC ("What the claim is to ask for.")),
  { NULL },
};

static const KubeStruct claim_template = {
  "io.k8s.api.core.v1.PersistentVolumeClaimTemplate",
  "A claim that has no name of its own.",
  claim_template_fields,
};

static const KubeField ephemeral_fields[] = {
  KUBE_OBJECT_OF (
      "volumeClaimTemplate", claim_template, 1, .pointer = TRUE,
      KUBE_DOC ("Claim to create for the pod, named POD-VOLUME and deleted with the pod.")),
  { NULL },
};

static const KubeStruct ephemeral = {
  "io.k8s.api.core.v1.EphemeralVolumeSource",
  "Storage claimed for one pod and given back with it.",
  ephemeral_fields,
};

static const KubeField volume_fields[] = {
  { "name", KUBE_STRING, 1, .required = TRUE,
    KUBE_DOC ("DNS label by which volumeMounts refer to it; unique in the pod."), KUBE_ACTS },
  KUBE_OBJECT_OF ("hostPath", kube_host_path, 1, .within = 2, .pointer = TRUE,
                  KUBE_DOC ("File or directory of the node itself; risky for all but system pods."),
                  KUBE_INERT ("Every node is taken to have it.")),
  KUBE_OBJECT_OF ("emptyDir", empty_dir, 2, .within = 2, .pointer = TRUE,
                  KUBE_DOC ("Scratch directory that vanishes with the pod."),
                  KUBE_INERT ("No program writes to it.")),
  KUBE_OBJECT_OF (
      "awsElasticBlockStore", kube_elastic_block_store, 4, .within = 2, .pointer = TRUE,
      KUBE_DOC ("EBS volume through the retired built-in driver; new pods use a claim."),
      KUBE_NOT_MODELLED ("the pod would be kept to the zone of its volume, and wait until that is "
                         "detached and attached")),
  KUBE_OBJECT_OF ("secret", secret, 6, .within = 2, .pointer = TRUE,
                  KUBE_DOC ("Files from a Secret."),
                  KUBE_INERT ("What it names is taken to exist.")),
  KUBE_OBJECT_OF ("nfs", kube_nfs, 7, .within = 2, .pointer = TRUE,
                  KUBE_DOC ("Directory of an NFS server."),
                  KUBE_INERT ("The server is taken to answer.")),
  KUBE_OBJECT_OF ("persistentVolumeClaim", claim, 10, .within = 2, .pointer = TRUE,
                  KUBE_DOC ("Storage of an existing claim in the same namespace."), KUBE_ACTS),
  KUBE_OBJECT_OF ("downwardAPI", downward, 16, .within = 2, .pointer = TRUE,
                  KUBE_DOC ("Files with facts about the pod itself."),
                  KUBE_INERT ("No program reads it.")),
  KUBE_OBJECT_OF ("configMap", config_map, 19, .within = 2, .pointer = TRUE,
                  KUBE_DOC ("Files from a ConfigMap."),
                  KUBE_INERT ("What it names is taken to exist.")),
  KUBE_OBJECT_OF (
      "projected", projected, 26, .within = 2, .pointer = TRUE,
      KUBE_DOC ("Secrets, ConfigMaps, tokens and facts about the pod in one directory."),
      KUBE_INERT ("What it names is taken to exist.")),
  KUBE_OBJECT_OF (
      "csi", csi, 28, .within = 2, .pointer = TRUE,
      KUBE_DOC ("Made by a CSI driver for this pod alone."),
      KUBE_NOT_MODELLED ("the pod would run only on nodes with the driver, and wait for it there")),
  KUBE_OBJECT_OF ("ephemeral", ephemeral, 29, .within = 2, .pointer = TRUE,
                  KUBE_DOC ("Claim created with the pod and deleted with it."),
                  KUBE_NOT_MODELLED (
                      "a claim would be made with the pod, which waits until its volume is there")),
  KUBE_OBJECT_OF ("image", image, 30, .within = 2, .pointer = TRUE,
                  KUBE_DOC ("Contents of an OCI image or artifact, pulled by the kubelet."),
                  KUBE_INERT ("It is taken to be pulled with the others.")),
  { NULL },
};

const KubeStruct kube_volume = {
  "io.k8s.api.core.v1.Volume",
  "Storage that the containers of a pod may mount; set exactly one source.",
  volume_fields,
};
