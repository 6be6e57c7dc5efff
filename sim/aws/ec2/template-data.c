/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/ec2/template-data.c: what a launch template may say
 *
 * One table serves both ways: its names and wire names read RequestLaunchTemplateData, its answer
 * names write ResponseLaunchTemplateData. Imitates: Amazon EC2 API Reference, those two types. */
#include "config.h"

#include "sim/aws/ec2/operations.h"

static const AwsField iam_profile_fields[] = {
  { "Arn", .type = AWS_STRING, .answer_name = "arn" },
  { "Name", .type = AWS_STRING, .answer_name = "name" },
  { NULL },
};

static const char *const volume_types[]
    = { "standard", "io1", "io2", "gp2", "gp3", "sc1", "st1", NULL };

static const AwsField ebs_fields[] = {
  { "Encrypted", .type = AWS_BOOLEAN, .answer_name = "encrypted" },
  { "DeleteOnTermination", .type = AWS_BOOLEAN, .answer_name = "deleteOnTermination" },
  { "Iops", .type = AWS_INTEGER, .answer_name = "iops" },
  { "KmsKeyId", .type = AWS_STRING, .answer_name = "kmsKeyId" },
  { "SnapshotId", .type = AWS_STRING, .answer_name = "snapshotId" },
  { "VolumeSize", .type = AWS_INTEGER, .min = 1, .max = 65536, .answer_name = "volumeSize" },
  { "VolumeType", .type = AWS_STRING, .values = volume_types, .answer_name = "volumeType" },
  { "Throughput", .type = AWS_INTEGER, .answer_name = "throughput" },
  { NULL },
};

static const AwsField block_device_fields[] = {
  { "DeviceName", .type = AWS_STRING, .answer_name = "deviceName" },
  { "VirtualName", .type = AWS_STRING, .answer_name = "virtualName" },
  { "Ebs", .type = AWS_STRUCTURE, .members = ebs_fields, .answer_name = "ebs" },
  { "NoDevice", .type = AWS_STRING, .answer_name = "noDevice" },
  { NULL },
};

static const AwsField interface_fields[] = {
  { "AssociatePublicIpAddress", .type = AWS_BOOLEAN, .answer_name = "associatePublicIpAddress" },
  { "DeleteOnTermination", .type = AWS_BOOLEAN, .answer_name = "deleteOnTermination" },
  { "Description", .type = AWS_STRING, .answer_name = "description" },
  { "DeviceIndex", .type = AWS_INTEGER, .answer_name = "deviceIndex" },
  { "Groups", .type = AWS_LIST, .element = AWS_STRING, .wire_name = "SecurityGroupId",
    .answer_name = "groupSet" },
  { "InterfaceType", .type = AWS_STRING, .answer_name = "interfaceType" },
  { "NetworkCardIndex", .type = AWS_INTEGER, .answer_name = "networkCardIndex" },
  { "SubnetId", .type = AWS_STRING, .answer_name = "subnetId" },
  { NULL },
};

static const char *const switch_values[] = { "disabled", "enabled", NULL };
static const char *const token_values[] = { "optional", "required", NULL };

static const AwsField metadata_fields[] = {
  { "HttpTokens", .type = AWS_STRING, .values = token_values, .answer_name = "httpTokens" },
  { "HttpPutResponseHopLimit", .type = AWS_INTEGER, .min = 1, .max = 64,
    .answer_name = "httpPutResponseHopLimit" },
  { "HttpEndpoint", .type = AWS_STRING, .values = switch_values, .answer_name = "httpEndpoint" },
  { "HttpProtocolIpv6", .type = AWS_STRING, .values = switch_values,
    .answer_name = "httpProtocolIpv6" },
  { "InstanceMetadataTags", .type = AWS_STRING, .values = switch_values,
    .answer_name = "instanceMetadataTags" },
  { NULL },
};

static const AwsField monitoring_fields[] = {
  { "Enabled", .type = AWS_BOOLEAN, .answer_name = "enabled" },
  { NULL },
};

static const AwsField placement_fields[] = {
  { "AvailabilityZone", .type = AWS_STRING, .answer_name = "availabilityZone" },
  { "GroupName", .type = AWS_STRING, .answer_name = "groupName" },
  { "Tenancy", .type = AWS_STRING, .answer_name = "tenancy" },
  { NULL },
};

static const AwsField credit_fields[] = {
  { "CpuCredits", .type = AWS_STRING, .answer_name = "cpuCredits" },
  { NULL },
};

static const char *const shutdown_values[] = { "stop", "terminate", NULL };

const AwsField aws_ec2_template_data_fields[] = {
  { "EbsOptimized", .type = AWS_BOOLEAN, .answer_name = "ebsOptimized" },
  { "IamInstanceProfile", .type = AWS_STRUCTURE, .members = iam_profile_fields,
    .answer_name = "iamInstanceProfile" },
  { "BlockDeviceMappings", .type = AWS_LIST, .members = block_device_fields,
    .wire_name = "BlockDeviceMapping", .answer_name = "blockDeviceMappingSet" },
  { "NetworkInterfaces", .type = AWS_LIST, .members = interface_fields,
    .wire_name = "NetworkInterface", .answer_name = "networkInterfaceSet" },
  { "ImageId", .type = AWS_STRING, .answer_name = "imageId" },
  { "InstanceType", .type = AWS_STRING, .answer_name = "instanceType" },
  { "KeyName", .type = AWS_STRING, .answer_name = "keyName" },
  { "Monitoring", .type = AWS_STRUCTURE, .members = monitoring_fields,
    .answer_name = "monitoring" },
  { "Placement", .type = AWS_STRUCTURE, .members = placement_fields, .answer_name = "placement" },
  { "DisableApiTermination", .type = AWS_BOOLEAN, .answer_name = "disableApiTermination" },
  { "InstanceInitiatedShutdownBehavior", .type = AWS_STRING, .values = shutdown_values,
    .answer_name = "instanceInitiatedShutdownBehavior" },
  { "UserData", .type = AWS_STRING, .answer_name = "userData" },
  { "TagSpecifications", .type = AWS_LIST, .members = aws_ec2_tag_specification_fields,
    .wire_name = "TagSpecification", .answer_name = "tagSpecificationSet" },
  { "SecurityGroupIds", .type = AWS_LIST, .element = AWS_STRING, .wire_name = "SecurityGroupId",
    .answer_name = "securityGroupIdSet" },
  { "CreditSpecification", .type = AWS_STRUCTURE, .members = credit_fields,
    .answer_name = "creditSpecification" },
  { "MetadataOptions", .type = AWS_STRUCTURE, .members = metadata_fields,
    .answer_name = "metadataOptions" },
  { NULL },
};
