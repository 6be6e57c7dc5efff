/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kube/kinds/volume.c: the volumes a pod may mount; sources of retired in-tree drivers have no
 * row */
#include "config.h"

#include "sim/kube/kinds/structs.h"

/* Imitates: Kubernetes API Reference, Volume v1 core. */
static const KubeField object_field_selector_fields[] = {
  { "apiVersion", KUBE_STRING, .fallback = "\"v1\"",
    KUBE_DOC ("Version of the schema the FieldPath is written in terms of, defaults to \"v1\".") },
  { "fieldPath", KUBE_STRING, .required = TRUE,
    KUBE_DOC ("Path of the field to select in the specified API version.") },
  { NULL },
};

const KubeStruct kube_object_field_selector = {
  "io.k8s.api.core.v1.ObjectFieldSelector",
  "ObjectFieldSelector selects an APIVersioned field of an object.",
  object_field_selector_fields,
};

static const KubeField resource_field_selector_fields[] = {
  { "containerName", KUBE_STRING,
    KUBE_DOC ("Container name: required for volumes, optional for env vars.") },
  { "resource", KUBE_STRING, .required = TRUE, KUBE_DOC ("Required: resource to select.") },
  { "divisor", KUBE_QUANTITY, .fallback = "\"0\"",
    KUBE_DOC ("Specifies the output format of the exposed resources, defaults to \"1\".") },
  { NULL },
};

const KubeStruct kube_resource_field_selector = {
  "io.k8s.api.core.v1.ResourceFieldSelector",
  "ResourceFieldSelector represents container resources (cpu, memory) and their output format.",
  resource_field_selector_fields,
};

static const KubeField key_to_path_fields[] = {
  { "key", KUBE_STRING, .required = TRUE, KUBE_DOC ("key is the key to project.") },
  { "path", KUBE_STRING, .required = TRUE,
    KUBE_DOC ("path is the relative path of the file to map the key to.") },
  { "mode", KUBE_INT,
    KUBE_DOC ("mode is Optional: mode bits used to set permissions on this file.") },
  { NULL },
};

static const KubeStruct key_to_path = {
  "io.k8s.api.core.v1.KeyToPath",
  "Maps a string key to a path within a volume.",
  key_to_path_fields,
};

static const KubeField host_path_fields[] = {
  { "path", KUBE_STRING, .required = TRUE, KUBE_DOC ("path of the directory on the host.") },
  { "type", KUBE_STRING, .fallback = "\"\"",
    KUBE_DOC ("type for HostPath Volume. Defaults to \"\".") },
  { NULL },
};

static const KubeStruct host_path = {
  "io.k8s.api.core.v1.HostPathVolumeSource",
  "Represents a host path mapped into a pod. Host path volumes do not support ownership management "
  "or SELinux relabeling.",
  host_path_fields,
};

static const KubeField empty_dir_fields[] = {
  { "medium", KUBE_STRING,
    KUBE_DOC ("medium represents what type of storage medium should back this directory.") },
  { "sizeLimit", KUBE_QUANTITY,
    KUBE_DOC (
        "sizeLimit is the total amount of local storage required for this EmptyDir volume.") },
  { NULL },
};

static const KubeStruct empty_dir = {
  "io.k8s.api.core.v1.EmptyDirVolumeSource",
  "Represents an empty directory for a pod. Empty directory volumes support ownership management "
  "and SELinux relabeling.",
  empty_dir_fields,
};

static const KubeField elastic_block_store_fields[] = {
  { "volumeID", KUBE_STRING, .required = TRUE,
    KUBE_DOC (
        "volumeID is unique ID of the persistent disk resource in AWS (Amazon EBS volume).") },
  { "fsType", KUBE_STRING,
    KUBE_DOC ("fsType is the filesystem type of the volume that you want to mount.") },
  { "partition", KUBE_INT,
    KUBE_DOC ("partition is the partition in the volume that you want to mount.") },
  { "readOnly", KUBE_BOOL,
    KUBE_DOC ("readOnly value true will force the readOnly setting in VolumeMounts.") },
  { NULL },
};

static const KubeStruct elastic_block_store = {
  "io.k8s.api.core.v1.AWSElasticBlockStoreVolumeSource",
  "Represents a Persistent Disk resource in AWS.",
  elastic_block_store_fields,
};

static const KubeField secret_fields[] = {
  { "secretName", KUBE_STRING,
    KUBE_DOC ("secretName is the name of the secret in the pod's namespace to use.") },
  KUBE_LIST_OF ("items", key_to_path,
                KUBE_DOC ("items selects and renames keys of the referenced Secret.")),
  { "defaultMode", KUBE_INT, .fallback = "420",
    KUBE_DOC ("defaultMode is Optional: mode bits used to set permissions on created files by "
              "default.") },
  { "optional", KUBE_BOOL,
    KUBE_DOC ("optional field specify whether the Secret or its keys must be defined.") },
  { NULL },
};

static const KubeStruct secret = {
  "io.k8s.api.core.v1.SecretVolumeSource",
  "Adapts a Secret into a volume.",
  secret_fields,
};

static const KubeField nfs_fields[] = {
  { "server", KUBE_STRING, .required = TRUE,
    KUBE_DOC ("server is the hostname or IP address of the NFS server.") },
  { "path", KUBE_STRING, .required = TRUE, KUBE_DOC ("path that is exported by the NFS server.") },
  { "readOnly", KUBE_BOOL,
    KUBE_DOC (
        "readOnly here will force the NFS export to be mounted with read-only permissions.") },
  { NULL },
};

static const KubeStruct nfs = {
  "io.k8s.api.core.v1.NFSVolumeSource",
  "Represents an NFS mount that lasts the lifetime of a pod.",
  nfs_fields,
};

static const KubeField claim_fields[] = {
  { "claimName", KUBE_STRING, .required = TRUE,
    KUBE_DOC ("claimName is the name of a PersistentVolumeClaim in the same namespace as the pod "
              "using this volume.") },
  { "readOnly", KUBE_BOOL,
    KUBE_DOC ("readOnly Will force the ReadOnly setting in VolumeMounts. Default false.") },
  { NULL },
};

static const KubeStruct claim = {
  "io.k8s.api.core.v1.PersistentVolumeClaimVolumeSource",
  "PersistentVolumeClaimVolumeSource references the user's PVC in the same namespace.",
  claim_fields,
};

static const KubeField downward_file_fields[] = {
  { "path", KUBE_STRING, .required = TRUE,
    KUBE_DOC ("Required: Path is the relative path name of the file to be created.") },
  KUBE_OBJECT_OF ("fieldRef", kube_object_field_selector,
                  KUBE_DOC ("Required: Selects a field of the pod.")),
  KUBE_OBJECT_OF ("resourceFieldRef", kube_resource_field_selector,
                  KUBE_DOC ("Selects a resource of the container.")),
  { "mode", KUBE_INT, KUBE_DOC ("Optional: mode bits used to set permissions on this file.") },
  { NULL },
};

static const KubeStruct downward_file = {
  "io.k8s.api.core.v1.DownwardAPIVolumeFile",
  "DownwardAPIVolumeFile represents information to create the file containing the pod field.",
  downward_file_fields,
};

static const KubeField downward_fields[] = {
  KUBE_LIST_OF ("items", downward_file, KUBE_DOC ("Items is a list of downward API volume file.")),
  { "defaultMode", KUBE_INT, .fallback = "420",
    KUBE_DOC ("Optional: mode bits to use on created files by default.") },
  { NULL },
};

static const KubeStruct downward = {
  "io.k8s.api.core.v1.DownwardAPIVolumeSource",
  "DownwardAPIVolumeSource represents a volume containing downward API info.",
  downward_fields,
};

static const KubeField config_map_fields[] = {
  { "name", KUBE_STRING, KUBE_DOC ("Name of the referent.") },
  KUBE_LIST_OF ("items", key_to_path,
                KUBE_DOC ("items selects and renames keys of the referenced ConfigMap.")),
  { "defaultMode", KUBE_INT, .fallback = "420",
    KUBE_DOC ("defaultMode is optional: mode bits used to set permissions on created files by "
              "default.") },
  { "optional", KUBE_BOOL,
    KUBE_DOC ("optional specify whether the ConfigMap or its keys must be defined.") },
  { NULL },
};

static const KubeStruct config_map = {
  "io.k8s.api.core.v1.ConfigMapVolumeSource",
  "Adapts a ConfigMap into a volume.",
  config_map_fields,
};

static const KubeField csi_fields[] = {
  { "driver", KUBE_STRING, .required = TRUE,
    KUBE_DOC ("driver is the name of the CSI driver that handles this volume.") },
  { "readOnly", KUBE_BOOL,
    KUBE_DOC ("readOnly specifies a read-only configuration for the volume.") },
  { "fsType", KUBE_STRING, KUBE_DOC ("fsType to mount. Ex. \"ext4\", \"xfs\", \"ntfs\".") },
  KUBE_MAP_OF_STRINGS (
      "volumeAttributes",
      KUBE_DOC (
          "volumeAttributes stores driver-specific properties that are passed to the CSI driver.")),
  KUBE_OBJECT_OF ("nodePublishSecretRef", kube_local_object_reference,
                  KUBE_DOC ("nodePublishSecretRef is a reference to the secret object containing "
                            "sensitive information to pass to the CSI driver.")),
  { NULL },
};

static const KubeStruct csi = {
  "io.k8s.api.core.v1.CSIVolumeSource",
  "Represents a source location of a volume to mount, managed by an external CSI driver.",
  csi_fields,
};

static const KubeField service_account_token_fields[] = {
  { "audience", KUBE_STRING, KUBE_DOC ("audience is the intended audience of the token.") },
  { "expirationSeconds", KUBE_INT, .fallback = "3600",
    KUBE_DOC (
        "expirationSeconds is the requested duration of validity of the service account token.") },
  { "path", KUBE_STRING, .required = TRUE,
    KUBE_DOC (
        "path is the path relative to the mount point of the file to project the token into.") },
  { NULL },
};

static const KubeStruct service_account_token = {
  "io.k8s.api.core.v1.ServiceAccountTokenProjection",
  "ServiceAccountTokenProjection represents a projected service account token volume.",
  service_account_token_fields,
};

static const KubeField config_map_projection_fields[] = {
  { "name", KUBE_STRING, KUBE_DOC ("Name of the referent.") },
  KUBE_LIST_OF ("items", key_to_path, KUBE_DOC ("items selects and renames keys of the referent.")),
  { "optional", KUBE_BOOL,
    KUBE_DOC ("optional specify whether the referent or its keys must be defined.") },
  { NULL },
};

static const KubeStruct secret_projection = {
  "io.k8s.api.core.v1.SecretProjection",
  "Adapts a secret into a projected volume.",
  config_map_projection_fields,
};

static const KubeStruct config_map_projection = {
  "io.k8s.api.core.v1.ConfigMapProjection",
  "Adapts a ConfigMap into a projected volume.",
  config_map_projection_fields,
};

static const KubeField downward_projection_fields[] = {
  KUBE_LIST_OF ("items", downward_file, KUBE_DOC ("Items is a list of DownwardAPIVolume file.")),
  { NULL },
};

static const KubeStruct downward_projection = {
  "io.k8s.api.core.v1.DownwardAPIProjection",
  "Represents downward API info for projecting into a projected volume.",
  downward_projection_fields,
};

static const KubeField projection_fields[] = {
  KUBE_OBJECT_OF ("secret", secret_projection,
                  KUBE_DOC ("secret information about the secret data to project.")),
  KUBE_OBJECT_OF ("downwardAPI", downward_projection,
                  KUBE_DOC ("downwardAPI information about the downwardAPI data to project.")),
  KUBE_OBJECT_OF ("configMap", config_map_projection,
                  KUBE_DOC ("configMap information about the configMap data to project.")),
  KUBE_OBJECT_OF (
      "serviceAccountToken", service_account_token,
      KUBE_DOC (
          "serviceAccountToken is information about the serviceAccountToken data to project.")),
  { NULL },
};

static const KubeStruct projection = {
  "io.k8s.api.core.v1.VolumeProjection",
  "Projection that may be projected along with other supported volume types.",
  projection_fields,
};

static const KubeField projected_fields[] = {
  KUBE_LIST_OF ("sources", projection, KUBE_DOC ("sources is the list of volume projections.")),
  { "defaultMode", KUBE_INT, .fallback = "420",
    KUBE_DOC (
        "defaultMode are the mode bits used to set permissions on created files by default.") },
  { NULL },
};

static const KubeStruct projected = {
  "io.k8s.api.core.v1.ProjectedVolumeSource",
  "Represents a projected volume source.",
  projected_fields,
};

static const KubeField image_fields[] = {
  { "reference", KUBE_STRING, KUBE_DOC ("Image or artifact reference to be used.") },
  { "pullPolicy", KUBE_STRING, .values = KUBE_VALUES ("Always", "Never", "IfNotPresent"),
    KUBE_DOC ("Policy for pulling OCI objects.") },
  { NULL },
};

static const KubeStruct image = {
  "io.k8s.api.core.v1.ImageVolumeSource",
  "ImageVolumeSource represents a image volume resource.",
  image_fields,
};

static const KubeField ephemeral_fields[] = {
  { "volumeClaimTemplate", KUBE_RAW,
    KUBE_DOC ("Will be used to create a stand-alone PVC to provision the volume.") },
  { NULL },
};

static const KubeStruct ephemeral = {
  "io.k8s.api.core.v1.EphemeralVolumeSource",
  "Represents an ephemeral volume that is handled by a normal storage driver.",
  ephemeral_fields,
};

static const KubeField volume_fields[] = {
  { "name", KUBE_STRING, .required = TRUE,
    KUBE_DOC ("name of the volume. Must be a DNS_LABEL and unique within the pod.") },
  KUBE_OBJECT_OF ("hostPath", host_path,
                  KUBE_DOC ("hostPath represents a pre-existing file or directory on the host "
                            "machine that is directly exposed to the container.")),
  KUBE_OBJECT_OF (
      "emptyDir", empty_dir,
      KUBE_DOC ("emptyDir represents a temporary directory that shares a pod's lifetime.")),
  KUBE_OBJECT_OF ("awsElasticBlockStore", elastic_block_store,
                  KUBE_DOC ("awsElasticBlockStore represents an AWS Disk resource that is attached "
                            "to a kubelet's host machine and then exposed to the pod.")),
  KUBE_OBJECT_OF ("secret", secret,
                  KUBE_DOC ("secret represents a secret that should populate this volume.")),
  KUBE_OBJECT_OF (
      "nfs", nfs,
      KUBE_DOC ("nfs represents an NFS mount on the host that shares a pod's lifetime.")),
  KUBE_OBJECT_OF ("persistentVolumeClaim", claim,
                  KUBE_DOC ("persistentVolumeClaimVolumeSource represents a reference to a "
                            "PersistentVolumeClaim in the same namespace.")),
  KUBE_OBJECT_OF (
      "downwardAPI", downward,
      KUBE_DOC (
          "downwardAPI represents downward API about the pod that should populate this volume.")),
  KUBE_OBJECT_OF ("configMap", config_map,
                  KUBE_DOC ("configMap represents a configMap that should populate this volume.")),
  KUBE_OBJECT_OF (
      "projected", projected,
      KUBE_DOC ("projected items for all in one resources secrets, configmaps, and downward API.")),
  KUBE_OBJECT_OF (
      "csi", csi,
      KUBE_DOC (
          "csi represents ephemeral storage that is handled by certain external CSI drivers.")),
  KUBE_OBJECT_OF (
      "ephemeral", ephemeral,
      KUBE_DOC ("ephemeral represents a volume that is handled by a cluster storage driver.")),
  KUBE_OBJECT_OF ("image", image,
                  KUBE_DOC ("image represents an OCI object (a container image or artifact) pulled "
                            "and mounted on the kubelet's host machine.")),
  { NULL },
};

const KubeStruct kube_volume = {
  "io.k8s.api.core.v1.Volume",
  "Volume represents a named volume in a pod that may be accessed by any container in the pod.",
  volume_fields,
};
